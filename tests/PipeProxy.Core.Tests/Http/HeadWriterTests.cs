using System.IO.Pipelines;
using PipeProxy.Core.Http;
using HttpMethod = PipeProxy.Core.Http.HttpMethod;

namespace PipeProxy.Core.Tests.Http;

/// <summary>Rules 21, 22, 27, 28, 30 and 32: what goes out.</summary>
public sealed class HeadWriterTests
{
    internal delegate void Writing(PipeWriter output);

    internal static string Written(Writing write, int bufferBytes = 4096)
    {
        Pipe pipe = new(new PipeOptions(minimumSegmentSize: bufferBytes, pool: new ExactPool(), useSynchronizationContext: false));
        write(pipe.Writer);
        pipe.Writer.Complete();
        return pipe.Reader.TryRead(out ReadResult result) ? Bytes.Text(result.Buffer) : "";
    }

    internal static string Request(string raw, RequestHeadFactsText facts = default)
    {
        RequestHead head = Wire.Request(raw);
        return Written(output => HeadWriter.WriteRequest(output, head, new RequestHeadFacts
        {
            Host = Bytes.Of(facts.Host ?? Bytes.Text(head.Host)),
            ViaPseudonym = Bytes.Of(facts.Via ?? ""),
            BodyKind = head.BodyKind,
            ContentLength = head.ContentLength,
            Upgrade = facts.Upgrade,
        }));
    }

    internal readonly record struct RequestHeadFactsText(string? Host, string? Via, bool Upgrade);

    private static string Response(
        string raw, BodyKind kind, long length = 0, bool keepAlive = true, int minor = 1, string date = "", HttpMethod method = HttpMethod.Get)
    {
        ResponseHead head = Wire.Response(raw, method);
        FieldRules.PrepareResponse(head);
        return Written(output => HeadWriter.WriteResponse(output, head, new ResponseHeadFacts
        {
            ClientMinorVersion = minor,
            KeepAlive = keepAlive,
            BodyKind = kind,
            ContentLength = length,
            Date = Bytes.Of(date),
        }));
    }

    [Fact]
    public void WriteRequest_BrowserHead_LinesAsTheyCame() =>
        Assert.Equal(
            "GET /p?q=1 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nx-odd: 1\r\nX-Last: 2\r\nVia: 1.1 pp\r\n\r\n",
            Request("GET /p?q=1 HTTP/1.1\r\nAccept: */*\r\nx-odd:1\r\nHost: a\r\nX-Last:  2 \r\n\r\n", new(null, "pp", false)));

    [Fact]
    public void Rule03_UnknownMethodAndOldVersion_SentAs11() =>
        Assert.Equal("m-search / HTTP/1.1\r\nHost: \r\nVia: 1.0 pp\r\n\r\n", Request("m-search / HTTP/1.0\r\n\r\n", new(null, "pp", false)));

    [Fact]
    public void Rule09_AbsoluteForm_OriginFormAndItsAuthority() =>
        Assert.Equal("GET /?q HTTP/1.1\r\nHost: b:81\r\nX: y\r\n\r\n", Request("GET http://b:81?q HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n"));

    [Fact]
    public void WriteRequest_HostOfTheBackend_ReplacesTheClients() =>
        Assert.Equal("GET / HTTP/1.1\r\nHost: 172.18.0.3:3000\r\n\r\n", Request("GET / HTTP/1.1\r\nHost: a\r\n\r\n", new("172.18.0.3:3000", null, false)));

    [Theory]
    [InlineData("Transfer-Encoding:CHUNKED", "Transfer-Encoding: chunked")]
    [InlineData("content-length:  007", "Content-Length: 7")]
    public void Rule21_Framing_AlwaysSerialisedAnew(string fields, string written) =>
        Assert.Equal($"POST / HTTP/1.1\r\nHost: a\r\n{written}\r\n\r\n", Request($"POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n"));

    [Fact]
    public void Rule21_FramingAddedByAMiddleware_NeverWritten()
    {
        RequestHead head = Wire.Request("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        head.Add("Transfer-Encoding"u8, "chunked"u8);
        head.Add("Content-Length"u8, "5"u8);
        head.Add("Host"u8, "evil"u8);
        head.Add("Connection"u8, "close"u8);
        Assert.Equal("GET / HTTP/1.1\r\nHost: a\r\n\r\n", Written(output => HeadWriter.WriteRequest(output, head, new RequestHeadFacts { Host = "a"u8 })));
    }

    [Fact]
    public void Rule27_HopByHop_NotWrittenEvenUnprepared() =>
        Assert.Equal(
            "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n",
            Request("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nKeep-Alive: 1\r\nProxy-Connection: x\r\nTE: gzip\r\nUpgrade: x\r\nHTTP2-Settings: x\r\nX: y\r\n\r\n"));

    [Theory]
    [InlineData("TE: trailers", false, "TE: trailers\r\nConnection: TE\r\n")]
    [InlineData("Connection: upgrade\r\nUpgrade: h2c, websocket", true, "Upgrade: websocket\r\nConnection: Upgrade\r\n")]
    [InlineData("TE: trailers\r\nConnection: upgrade\r\nUpgrade: foo", true, "Upgrade: foo\r\nTE: trailers\r\nConnection: Upgrade, TE\r\n")]
    [InlineData("Connection: upgrade\r\nUpgrade: websocket", false, "")]
    public void Rule27_UpgradeAndTrailers_WriteTheirOwnConnection(string fields, bool upgrade, string written) =>
        Assert.Equal($"GET / HTTP/1.1\r\nHost: a\r\n{written}\r\n", Request($"GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n", new(null, null, upgrade)));

    [Fact]
    public void Rule28_Via_AddedBehindThoseBefore() =>
        Assert.Equal(
            "GET / HTTP/1.1\r\nHost: a\r\nVia: 1.0 first\r\nX: y\r\nVia: 1.1 pp\r\n\r\n",
            Request("GET / HTTP/1.1\r\nHost: a\r\nVia: 1.0 first\r\nX: y\r\n\r\n", new(null, "pp", false)));

    [Fact]
    public void Rule28_Date_OnlyWhereItLacks()
    {
        Assert.Equal("HTTP/1.1 204 N\r\nDate: now\r\n\r\n", Response("HTTP/1.1 204 N\r\n\r\n", BodyKind.None, date: "now"));
        Assert.Equal("HTTP/1.1 204 N\r\nDate: then\r\n\r\n", Response("HTTP/1.1 204 N\r\nDate: then\r\n\r\n", BodyKind.None, date: "now"));
    }

    [Theory]
    [InlineData(1, true, "")]
    [InlineData(1, false, "Connection: close\r\n")]
    [InlineData(0, true, "Connection: keep-alive\r\n")]
    [InlineData(0, false, "Connection: close\r\n")]
    public void Rule22_Connection_AsTheClientUnderstandsIt(int minor, bool keepAlive, string written) =>
        Assert.Equal(
            $"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n{written}\r\n",
            Response("HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: x\r\n\r\n", BodyKind.Length, 3, keepAlive, minor));

    [Fact]
    public void Rule18_BodyToClose_ChunkedFor11AndCloseFor10()
    {
        const string Raw = "HTTP/1.0 200 OK\r\nX: y\r\n\r\n";
        Assert.Equal("HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n", Response(Raw, BodyKind.Chunked));
        Assert.Equal("HTTP/1.1 200 OK\r\nX: y\r\nConnection: close\r\n\r\n", Response(Raw, BodyKind.UntilClose, keepAlive: false, minor: 0));
    }

    [Fact]
    public void Rule18_LengthOfHeadAnd304_StaysAsItCame()
    {
        Assert.Equal(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
            Response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", BodyKind.None, method: HttpMethod.Head));
        Assert.Equal("HTTP/1.1 304 N\r\nContent-Length: 5\r\n\r\n", Response("HTTP/1.1 304 N\r\nContent-Length: 5\r\n\r\n", BodyKind.None));
        Assert.Equal("HTTP/1.1 204 N\r\n\r\n", Response("HTTP/1.1 204 N\r\nContent-Length: 5\r\n\r\n", BodyKind.None));
    }

    [Fact]
    public void WriteResponse_TrailerAnnouncement_OnlyWithChunked()
    {
        const string Raw = "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n";
        Assert.Equal("HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n", Response(Raw, BodyKind.Chunked));
        Assert.Equal("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", Response(Raw, BodyKind.UntilClose, keepAlive: false, minor: 0));
    }

    [Fact]
    public void Rule31_Interim_WithoutFramingAndConnection()
    {
        ResponseHead head = Wire.Response("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", Written(output => HeadWriter.WriteInterim(output, head)));
    }

    [Fact]
    public void Rule32_SwitchingProtocols_WritesItsOwnUpgrade()
    {
        ResponseHead head = Wire.Response("HTTP/1.1 101 Go\r\nupgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n");
        FieldRules.PrepareResponse(head);
        Assert.Equal(
            "HTTP/1.1 101 Go\r\nSec-WebSocket-Accept: x\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n",
            Written(output => HeadWriter.WriteSwitchingProtocols(output, head)));
    }

    [Theory]
    [InlineData(1, "1")]
    [InlineData(255, "ff")]
    [InlineData(16384, "4000")]
    [InlineData(long.MaxValue, "7fffffffffffffff")]
    public void WriteChunkHeader_Length_LowerCaseHex(long length, string hex) =>
        Assert.Equal(hex + "\r\n\r\n", Written(output =>
        {
            HeadWriter.WriteChunkHeader(output, length);
            HeadWriter.WriteChunkEnd(output);
        }));

    [Fact]
    public void Rule17_LastChunk_WithTrailers()
    {
        TrailerSection trailers = new();
        trailers.AddFiltered("X-Sum"u8, "1"u8);
        trailers.AddFiltered("Content-Length"u8, "1"u8);
        trailers.AddFiltered("X-Time"u8, "2"u8);
        Assert.Equal("0\r\nX-Sum: 1\r\nX-Time: 2\r\n\r\n", Written(output => HeadWriter.WriteLastChunk(output, trailers)));
        Assert.Equal("0\r\n\r\n", Written(output => HeadWriter.WriteLastChunk(output, null)));
    }

    [Fact]
    public void WriteError_Get_WholeAnswer() =>
        Assert.Equal(
            "HTTP/1.1 503 Service Unavailable\r\nDate: now\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
            + "Content-Length: 17\r\nRetry-After: 5\r\n\r\nNothing is free.\n",
            Written(output => HeadWriter.WriteError(output, 503, "Nothing is free.", false, "now"u8, 5, false)));

    [Fact]
    public void WriteError_HeadRequestAndClose_NoBody() =>
        Assert.Equal(
            "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 5\r\n"
            + "Connection: close\r\n\r\n",
            Written(output => HeadWriter.WriteError(output, 400, "Bad.", true, default, 0, true)));

    [Fact]
    public void WriteRequest_OutputInTinyBuffers_SameBytes()
    {
        RequestHead head = Wire.Request("GET /long/path?with=query HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nx-two:2\r\nX-Three: 3\r\n\r\n");
        Writing write = output => HeadWriter.WriteRequest(output, head, new RequestHeadFacts { Host = "a"u8, ViaPseudonym = "p"u8 });
        Assert.Equal(Written(write), Written(write, bufferBytes: 3));
    }

    [Fact]
    public void WriteRequest_Twice_SameBytes()
    {
        RequestHead head = Wire.Request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
        FieldRules.PrepareRequest(head, new ForwardedFacts { ClientAddress = "1.2.3.4"u8 });
        Writing write = output => HeadWriter.WriteRequest(output, head, new RequestHeadFacts { Host = "a"u8, BodyKind = BodyKind.Length, ContentLength = 3 });
        Assert.Equal(Written(write), Written(write));
    }

    /// <summary>Gives buffers of exactly the size asked for, so that a test decides where they end.</summary>
    private sealed class ExactPool : System.Buffers.MemoryPool<byte>
    {
        public override int MaxBufferSize => 1 << 20;

        public override System.Buffers.IMemoryOwner<byte> Rent(int minBufferSize = -1) => new Owner(new byte[Math.Max(1, minBufferSize)]);

        protected override void Dispose(bool disposing)
        {
        }

        private sealed class Owner(byte[] memory) : System.Buffers.IMemoryOwner<byte>
        {
            public Memory<byte> Memory => memory;

            public void Dispose()
            {
            }
        }
    }
}
