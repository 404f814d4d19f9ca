using System.Buffers;
using System.IO.Pipelines;
using PipeProxy.Core.Http;
using HttpMethod = PipeProxy.Core.Http.HttpMethod;

namespace PipeProxy.Core.Tests.Http;

/// <summary>Once warm, a request's way through the wire code allocates nothing.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests
{
    private const string Request =
        "POST /api/items?page=2 HTTP/1.1\r\nHost: app.local:8080\r\nUser-Agent: Mozilla/5.0\r\nAccept:*/*\r\nX-Forwarded-For: 10.0.0.1\r\n"
        + "Cookie: session=0123456789abcdef\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n";

    private const string Response =
        "HTTP/1.1 200 OK\r\nServer: x\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 5\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\n\r\n";

    [Fact]
    public void ParsePrepareWrite_Warm_AllocatesNothing()
    {
        ReadOnlySequence<byte> whole = new(Bytes.Of(Request));
        Assert.Equal(0, AllocatedBy(new Exchange(whole, Response).Run));
    }

    [Fact]
    public void ParsePrepareWrite_InSegments_AllocatesNothing()
    {
        byte[] bytes = Bytes.Of(Request);
        Assert.Equal(0, AllocatedBy(new Exchange(Bytes.Segments(bytes[..17], bytes[17..120], bytes[120..]), Response).Run));
    }

    [Fact]
    public void Scan_Warm_AllocatesNothing()
    {
        byte[] body = Bytes.Of("5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\nCookie: no\r\n\r\n");
        ReadOnlySequence<byte> whole = new(body);
        ReadOnlySequence<byte> segments = Bytes.Segments(body[..8], body[8..33], body[33..]);
        TrailerSection trailers = new();
        FixedOutput output = new();
        HttpLimits limits = new();
        Assert.Equal(0, AllocatedBy(() =>
        {
            Scan(whole);
            Scan(segments);
        }));

        void Scan(ReadOnlySequence<byte> rest)
        {
            ChunkScanner scanner = new(limits);
            ChunkResult result;
            do
            {
                result = scanner.Next(rest, out SequencePosition consumed, out _, trailers);
                rest = rest.Slice(consumed);
            }
            while (result == ChunkResult.Data);
            Check(result == ChunkResult.Done);
            output.Clear();
            HeadWriter.WriteChunkHeader(output, 5);
            HeadWriter.WriteLastChunk(output, trailers);
            trailers.Reset();
        }
    }

    private static long AllocatedBy(Action work)
    {
        for (int i = 0; i < 200; i++)
        {
            work();
        }

        // The best of five: a collection in the middle of one may empty the shared array pool.
        return Enumerable.Range(0, 5).Min(_ =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                work();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }

    private static void Check(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException("The exchange failed.");
        }
    }

    private sealed class Exchange(ReadOnlySequence<byte> request, string response)
    {
        private readonly ReadOnlySequence<byte> _response = new(Bytes.Of(response));
        private readonly RequestHeadParser _requests = new(new HttpLimits());
        private readonly ResponseHeadParser _responses = new(new HttpLimits());
        private readonly RequestHead _request = new();
        private readonly ResponseHead _answer = new();
        private readonly FixedOutput _output = new();

        internal void Run()
        {
            _output.Clear();
            Check(_requests.Parse(request, _request, out _, out _) == HeadResult.Done);
            ForwardedFacts facts = new() { ClientAddress = "10.1.2.3"u8, PeerIsTrusted = true, ServerName = "p"u8, ViaPseudonym = "v"u8 };
            Check(FieldRules.PrepareRequest(_request, facts) is null);
            HeadWriter.WriteRequest(_output, _request, new RequestHeadFacts
            {
                Host = _request.Host,
                ViaPseudonym = "v"u8,
                BodyKind = _request.BodyKind,
            });
            Check(_responses.Parse(_response, _answer, HttpMethod.Get, out _, out _) == HeadResult.Done);
            FieldRules.PrepareResponse(_answer);
            HeadWriter.WriteResponse(_output, _answer, new ResponseHeadFacts
            {
                ClientMinorVersion = 1,
                KeepAlive = true,
                BodyKind = BodyKind.Length,
                ContentLength = _answer.ContentLength,
                Date = "Sun, 06 Nov 1994 08:49:37 GMT"u8,
            });
            HeadWriter.WriteError(_output, 503, "Nothing is free.", false, default, 1, false);
            Check(_output.Written > 500);
            _request.Reset();
            _answer.Reset();
        }
    }

    /// <summary>One array, written from its start again after <see cref="Clear"/>.</summary>
    private sealed class FixedOutput : PipeWriter
    {
        private readonly byte[] _memory = new byte[16384];

        internal int Written { get; private set; }

        internal void Clear() => Written = 0;

        public override void Advance(int bytes) => Written += bytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory.AsMemory(Written);

        public override Span<byte> GetSpan(int sizeHint = 0) => _memory.AsSpan(Written);

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;
    }
}
