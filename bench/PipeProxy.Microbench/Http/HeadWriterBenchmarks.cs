using System.Buffers;
using System.IO.Pipelines;
using BenchmarkDotNet.Attributes;
using PipeProxy.Core.Http;
using HttpMethod = PipeProxy.Core.Http.HttpMethod;

namespace PipeProxy.Microbench.Http;

/// <summary>Preparing and writing heads; the whole of what the wire code costs a request.</summary>
[MemoryDiagnoser]
public class HeadWriterBenchmarks
{
    private static readonly byte[] Date = "Sun, 06 Nov 1994 08:49:37 GMT"u8.ToArray();

    private readonly RequestHeadParser _requests = new(new HttpLimits());
    private readonly ResponseHeadParser _responses = new(new HttpLimits());
    private readonly RequestHead _request = new();
    private readonly ResponseHead _response = new();
    private readonly RequestHead _prepared = new();
    private readonly ResponseHead _preparedResponse = new();
    private readonly ReadOnlySequence<byte> _browser = new(SampleHeads.Browser);
    private readonly ReadOnlySequence<byte> _answer = new(SampleHeads.Response);
    private readonly OneBuffer _output = new();

    [GlobalSetup]
    public void Prepare()
    {
        _requests.Parse(_browser, _prepared, out _, out _);
        Prepare(_prepared);
        _responses.Parse(_answer, _preparedResponse, HttpMethod.Get, out _, out _);
        FieldRules.PrepareResponse(_preparedResponse);
    }

    [Benchmark]
    public void WriteRequest() => Write(_prepared);

    [Benchmark]
    public void WriteResponse() => Write(_preparedResponse);

    [Benchmark]
    public void ParsePrepareWriteBoth()
    {
        _requests.Parse(_browser, _request, out _, out _);
        Prepare(_request);
        Write(_request);
        _responses.Parse(_answer, _response, HttpMethod.Get, out _, out _);
        FieldRules.PrepareResponse(_response);
        Write(_response);
        _request.Reset();
        _response.Reset();
    }

    private static void Prepare(RequestHead head)
    {
        ForwardedFacts facts = new() { ClientAddress = "203.0.113.7"u8, ServerName = "proxy"u8, ViaPseudonym = "pp-0123456789"u8 };
        if (FieldRules.PrepareRequest(head, facts) is { } rejection)
        {
            throw new InvalidOperationException(rejection.Reason);
        }
    }

    private void Write(RequestHead head) => HeadWriter.WriteRequest(_output, head, new RequestHeadFacts
    {
        Host = head.Host,
        ViaPseudonym = "pp-0123456789"u8,
        BodyKind = head.BodyKind,
    });

    private void Write(ResponseHead head) => HeadWriter.WriteResponse(_output, head, new ResponseHeadFacts
    {
        ClientMinorVersion = 1,
        KeepAlive = true,
        BodyKind = head.BodyKind,
        ContentLength = head.ContentLength,
        Date = Date,
    });

    /// <summary>Takes everything into the same memory again.</summary>
    private sealed class OneBuffer : PipeWriter
    {
        private readonly byte[] _memory = new byte[16384];

        public override void Advance(int bytes)
        {
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory;

        public override Span<byte> GetSpan(int sizeHint = 0) => _memory;

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;
    }
}
