using System.Buffers;
using BenchmarkDotNet.Attributes;
using PipeProxy.Core.Http;
using HttpMethod = PipeProxy.Core.Http.HttpMethod;

namespace PipeProxy.Microbench.Http;

/// <summary>From bytes to a checked head, its buffer rented and given back.</summary>
[MemoryDiagnoser]
public class HeadParserBenchmarks
{
    private readonly RequestHeadParser _requests = new(new HttpLimits());
    private readonly ResponseHeadParser _responses = new(new HttpLimits());
    private readonly RequestHead _request = new();
    private readonly ResponseHead _response = new();
    private readonly ReadOnlySequence<byte> _minimal = new(SampleHeads.Minimal);
    private readonly ReadOnlySequence<byte> _browser = new(SampleHeads.Browser);
    private readonly ReadOnlySequence<byte> _thirty = new(SampleHeads.ThirtyFields);
    private readonly ReadOnlySequence<byte> _split = SampleHeads.Split(SampleHeads.Browser, 4);
    private readonly ReadOnlySequence<byte> _answer = new(SampleHeads.Response);

    [Benchmark]
    public int Minimal() => Parse(_minimal);

    [Benchmark(Baseline = true)]
    public int Browser() => Parse(_browser);

    [Benchmark]
    public int BrowserInFourSegments() => Parse(_split);

    [Benchmark]
    public int ThirtyFields() => Parse(_thirty);

    [Benchmark]
    public int Response()
    {
        if (_responses.Parse(_answer, _response, HttpMethod.Get, out _, out _) != HeadResult.Done)
        {
            throw new InvalidOperationException(_responses.Rejection.Reason);
        }

        int lines = _response.LineCount;
        _response.Reset();
        return lines;
    }

    private int Parse(in ReadOnlySequence<byte> bytes)
    {
        if (_requests.Parse(bytes, _request, out _, out _) != HeadResult.Done)
        {
            throw new InvalidOperationException(_requests.Rejection.Reason);
        }

        int lines = _request.LineCount;
        _request.Reset();
        return lines;
    }
}
