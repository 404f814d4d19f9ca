using System.Buffers;
using System.IO.Pipelines;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Http;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// A GET that a middleware sends on behalf of a request, over the same pools and parsers. The answer's head comes back
/// with its connection: give it back by <see cref="FinishAsync"/>, or relay it by <see cref="Exchange.AnswerFrom"/>.
/// </summary>
internal static class SubRequest
{
    private const int Timeout = 30_000;
    private const int MaxDroppedBody = 64 * 1024;

    /// <summary>
    /// Sends a GET with the fields that <paramref name="writeFields"/> writes (complete lines); null when no valid
    /// answer came. A stale pooled connection is tried once more on a fresh one.
    /// </summary>
    public static async ValueTask<UpstreamConnection?> GetAsync(Exchange exchange, SubRequestTarget target, Action<Exchange, PipeWriter> writeFields)
    {
        if (await target.NextAsync(exchange) is not { } backend)
        {
            return null;
        }

        DataPlane plane = exchange.Plane;
        Worker worker = exchange.Client.Worker;
        BackendRuntime runtime = plane.RuntimeOf(backend);
        UpstreamConnection? upstream = runtime.PoolOf(worker).TryTake(int.MaxValue);
        try
        {
            while (true)
            {
                bool reused = upstream is not null;
                upstream ??= runtime.Adopt(await worker.ConnectAsync(backend.Address!, plane.Options.ConnectTimeoutAlone));
                exchange.Lease.Use(upstream);
                exchange.Lease.CutIn(Timeout);
                bool answered = await AskAsync(upstream, target, exchange, writeFields);
                exchange.Lease.CutIn(0);
                if (answered)
                {
                    return upstream;
                }

                upstream.Close();
                upstream = null;
                exchange.Lease.Use(null);
                if (!reused || exchange.IsClientGone)
                {
                    return null;
                }
            }
        }
        catch (Exception e) when (ConnectionFault.Is(e))
        {
            upstream?.Close();
            exchange.Lease.Use(null);
            return null;
        }
    }

    /// <summary>The answer's head has been used: its body is dropped within a bound and the connection kept, or closed.</summary>
    public static async ValueTask FinishAsync(Exchange exchange, UpstreamConnection upstream)
    {
        ResponseHead head = upstream.Head;
        bool reusable = head.KeepAlive && head.BodyKind switch
        {
            BodyKind.None => true,
            BodyKind.Length => head.ContentLength <= MaxDroppedBody,
            BodyKind.Chunked => true,
            _ => false,
        };
        if (reusable && head.BodyKind != BodyKind.None)
        {
            exchange.Lease.CutIn(Timeout);
            reusable = await DropBodyAsync(exchange, upstream);
            exchange.Lease.CutIn(0);
        }

        if (reusable && exchange.Lease.TryRelease(upstream))
        {
            upstream.Backend.PoolOf(upstream.Connection.Worker).Return(upstream, head.KeepAliveTimeoutSeconds);
        }
        else
        {
            upstream.Close();
            exchange.Lease.Use(null);
        }
    }

    /// <summary>Reads the body to its end; false where it has none within the bound, or a bad one.</summary>
    private static async ValueTask<bool> DropBodyAsync(Exchange exchange, UpstreamConnection upstream)
    {
        PipeReader input = upstream.Connection.Input;
        bool chunked = upstream.Head.BodyKind == BodyKind.Chunked;
        ChunkScanner scanner = chunked ? new ChunkScanner(exchange.Plane.Limits) : default;
        long left = upstream.Head.ContentLength;
        long read = 0;
        try
        {
            while (chunked || left > 0)
            {
                ReadResult result = await input.ReadAsync();
                ReadOnlySequence<byte> rest = result.Buffer;
                ChunkResult step = chunked ? DropChunks(ref scanner, ref rest) : DropLength(ref left, ref rest);
                read += result.Buffer.Length - rest.Length;
                input.AdvanceTo(rest.Start, step == ChunkResult.NeedMore ? rest.End : rest.Start);
                if (step == ChunkResult.Done)
                {
                    return true;
                }

                if (step == ChunkResult.Rejected || result.IsCompleted || read > MaxDroppedBody)
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception e) when (ConnectionFault.Is(e))
        {
            return false;
        }
    }

    private static ChunkResult DropChunks(ref ChunkScanner scanner, ref ReadOnlySequence<byte> rest)
    {
        ChunkResult step;
        do
        {
            step = scanner.Next(rest, out SequencePosition consumed, out _, trailers: null);
            rest = rest.Slice(consumed);
        }
        while (step == ChunkResult.Data);
        return step;
    }

    private static ChunkResult DropLength(ref long left, ref ReadOnlySequence<byte> rest)
    {
        ReadOnlySequence<byte> dropped = rest.Slice(0, Math.Min(left, rest.Length));
        left -= dropped.Length;
        rest = rest.Slice(dropped.End);
        return left == 0 ? ChunkResult.Done : ChunkResult.NeedMore;
    }

    private static async ValueTask<bool> AskAsync(
        UpstreamConnection upstream, SubRequestTarget target, Exchange exchange, Action<Exchange, PipeWriter> writeFields)
    {
        PipeWriter output = upstream.Connection.Output;
        output.Write("GET "u8);
        output.Write(target.PathAndQuery);
        output.Write(" HTTP/1.1\r\nHost: "u8);
        output.Write(target.Authority);
        output.Write("\r\n"u8);
        writeFields(exchange, output);
        output.Write("\r\n"u8);
        PipeReader input = upstream.Connection.Input;
        upstream.HeadParser.Reset();
        try
        {
            await output.FlushAsync();
            while (true)
            {
                ReadResult result = await input.ReadAsync();
                HeadResult parsed = upstream.HeadParser.Parse(
                    result.Buffer, upstream.Head, HttpMethod.Get, out SequencePosition consumed, out SequencePosition examined);
                input.AdvanceTo(consumed, examined);
                if (parsed == HeadResult.Done && upstream.Head.Status >= 200)
                {
                    return true;
                }

                if (parsed == HeadResult.Rejected || result.IsCompleted || (parsed == HeadResult.Done && upstream.Head.Status == 101))
                {
                    return false;
                }

                if (parsed == HeadResult.Done)
                {
                    upstream.Head.Reset();
                    upstream.HeadParser.Reset();
                }
            }
        }
        catch (Exception e) when (ConnectionFault.Is(e))
        {
            return false;
        }
    }
}
