using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using PipeProxy.Core.Http;

namespace PipeProxy.Microbench.Http;

/// <summary>Walking through chunked bodies of 64 KiB of payload.</summary>
[MemoryDiagnoser]
public class ChunkScannerBenchmarks
{
    private readonly HttpLimits _limits = new();
    private readonly ReadOnlySequence<byte> _large = new(Body(16384));
    private readonly ReadOnlySequence<byte> _small = new(Body(64));
    private readonly ReadOnlySequence<byte> _segments = SampleHeads.Split(Body(16384), 16);

    [Benchmark(Baseline = true)]
    public long Chunks16K() => Scan(_large);

    [Benchmark]
    public long Chunks16KInSegmentsOf4K() => Scan(_segments);

    [Benchmark]
    public long ThousandChunksOf64() => Scan(_small);

    private long Scan(ReadOnlySequence<byte> rest)
    {
        ChunkScanner scanner = new(_limits);
        long payload = 0;
        while (true)
        {
            ChunkResult result = scanner.Next(rest, out SequencePosition consumed, out ReadOnlySequence<byte> data, null);
            if (result == ChunkResult.Done)
            {
                return payload;
            }

            if (result != ChunkResult.Data)
            {
                throw new InvalidOperationException(scanner.Rejection.Reason);
            }

            payload += data.Length;
            rest = rest.Slice(consumed);
        }
    }

    private static byte[] Body(int chunkBytes)
    {
        StringBuilder text = new();
        for (int sent = 0; sent < 65536; sent += chunkBytes)
        {
            text.Append(chunkBytes.ToString("x", null)).Append("\r\n").Append('x', chunkBytes).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(text.Append("0\r\n\r\n").ToString());
    }
}
