namespace PipeProxy.Core.Tests.Forwarding.Rules;

/// <summary>Rules 13 to 17 and 21, for what clients send.</summary>
public abstract class RequestFramingRuleTests(WireKind kind) : RuleTests(kind)
{
    private static string Post(string fields, string body = "0\r\n\r\n") => $"POST /x HTTP/1.1\r\nHost: app.test\r\n{fields}\r\n{body}";

    [Theory]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n")]
    [InlineData("Transfer-Encoding: identity\r\nContent-Length: 5\r\n")]
    [InlineData("transfer-encoding:chunked\r\nX: 1\r\nCONTENT-LENGTH:5\r\n")]
    [InlineData("Transfer-Encoding:\r\nContent-Length: 5\r\n")]
    [InlineData("Connection: Content-Length\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n")]
    [InlineData("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n")]
    public Task Rule13_LengthWithTransferEncoding_400Close(string fields) => RefusedAsync(400, Post(fields));

    [Theory]
    [InlineData("Transfer-Encoding:\r\n")]
    [InlineData("Transfer-Encoding: ,\r\n")]
    [InlineData("Transfer-Encoding: chunked,\r\n")]
    [InlineData("Transfer-Encoding: ,chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked, chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n")]
    [InlineData("Transfer-Encoding: chunked, gzip\r\n")]
    [InlineData("Transfer-Encoding: chunked;foo\r\n")]
    [InlineData("Transfer-Encoding: chunked;foo=bar\r\n")]
    [InlineData("Transfer-Encoding: chunked ;\r\n")]
    [InlineData("Transfer-Encoding: \"chunked\"\r\n")]
    [InlineData("Transfer-Encoding: 'chunked\"\r\n")]
    [InlineData("Transfer-Encoding: chunked chunked\r\n")]
    [InlineData("Transfer-Encoding: chunk ed\r\n")]
    [InlineData("Transfer-Encoding: chunked\u00a0\r\n")]
    [InlineData("Transfer-Encoding: [chunked]\r\n")]
    [InlineData("Transfer-Encoding: =chunked\r\n")]
    public Task Rule14_NotExactlyOneChunked_400Close(string fields) => RefusedAsync(400, Post(fields));

    [Theory]
    [InlineData("Transfer-Encoding: identity\r\n")]
    [InlineData("Transfer-Encoding: gzip\r\n")]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n")]
    [InlineData("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: xchunked\r\n")]
    [InlineData("Transfer-Encoding: chunkedx\r\n")]
    [InlineData("Transfer-Encoding: chunke\r\n")]
    [InlineData("Transfer-Encoding: cow\r\n")]
    public Task Rule14_UnknownCoding_501Close(string fields) => RefusedAsync(501, Post(fields));

    [Theory]
    [InlineData("POST / HTTP/1.0\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n")]
    public Task Rule14_Http10_400Close(string request) => RefusedAsync(400, request);

    [Theory]
    [InlineData("Transfer-Encoding: Chunked\r\n")]
    [InlineData("TRANSFER-ENCODING:CHUNKED\r\n")]
    [InlineData("Transfer-Encoding: \t chunked \t\r\n")]
    [InlineData("Transfer_Encoding: x\r\nContent_Length: 9\r\nTransfer-Encoding: chunked\r\n")]
    public async Task Rule14_OneChunked_ReserialisedAnew(string fields)
    {
        WireRequest request = await ForwardedAsync(Post(fields, "00000A\r\n0123456789\r\n5;x\r\nabcde\r\n000\r\n\r\n"));
        Assert.Equal("0123456789abcde", request.Body);
        Assert.Contains("\r\nTransfer-Encoding: chunked\r\n", request.Head, StringComparison.Ordinal);
        Assert.Empty(request.Fields("Content-Length"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("+5")]
    [InlineData("-5")]
    [InlineData("-0")]
    [InlineData("5 5")]
    [InlineData("5, 5")]
    [InlineData("5, 6")]
    [InlineData("5,")]
    [InlineData(",5")]
    [InlineData("5;")]
    [InlineData("0x5")]
    [InlineData("0o5")]
    [InlineData("5h")]
    [InlineData("five")]
    [InlineData("5.0")]
    [InlineData("5e0")]
    [InlineData("1_0")]
    [InlineData("\"5\"")]
    [InlineData("5\u00a0")]
    [InlineData("\u00b2")]
    [InlineData("9223372036854775808")]
    [InlineData("18446744073709551621")]
    [InlineData("99999999999999999999999999999999")]
    public Task Rule15_NotANumberOf63Bits_400Close(string length) => RefusedAsync(400, Post($"Content-Length: {length}\r\n", "hello"));

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 5\r\n")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n")]
    [InlineData("Content-Length: 5\r\ncontent-length: 0\r\n")]
    [InlineData("Content-Length: 5\r\nContent-Length:\r\n")]
    public Task Rule15_SecondLength_400Close(string fields) => RefusedAsync(400, Post(fields, "hello"));

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("get")]
    public async Task Rule15_LengthOfAnyMethod_IsItsBody(string method)
    {
        WireRequest request = await ForwardedAsync($"{method} /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 0005\r\n\r\nhello");
        Assert.Equal(["5"], request.Fields("Content-Length"));
        Assert.Equal("hello", request.Body);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n", "hello")]
    [InlineData("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n")]
    public Task Rule15_TraceWithContent_400Close(string fields, string body) =>
        RefusedAsync(400, $"TRACE / HTTP/1.1\r\nHost: app.test\r\n{fields}\r\n{body}");

    [Theory]
    [InlineData("0x5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("+5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("-5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("-0\r\n\r\n")]
    [InlineData("0_5\r\nhello\r\n0\r\n\r\n")]
    [InlineData(" 5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5 \r\nhello\r\n0\r\n\r\n")]
    [InlineData("\t5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\t\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5 ;a=b\r\nhello\r\n0\r\n\r\n")]
    [InlineData("\r\n")]
    [InlineData(";a=b\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5.0\r\nhello\r\n0\r\n\r\n")]
    [InlineData("g\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5h\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5,5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("\"5\"\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\0\r\nhello\r\n0\r\n\r\n")]
    [InlineData("\u00b2\r\nhello\r\n0\r\n\r\n")]
    [InlineData("8000000000000000\r\nhello\r\n0\r\n\r\n")]
    [InlineData("FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n")]
    [InlineData("10000000000000005\r\nhello\r\n0\r\n\r\n")]
    [InlineData("00000000000000005\r\nhello\r\n0\r\n\r\n")]
    public Task Rule16_BadChunkSize_400CloseAndNothingComplete(string body) => BodyRefusedAsync(ChunkedHead, body);

    [Theory]
    [InlineData("5\nhello\r\n0\r\n\r\n")]
    [InlineData("5\rhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r0\r\n\r\n")]
    [InlineData("5\r\nhello0\r\n\r\n")]
    [InlineData("5\r\nhelloXX\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n0\n\n")]
    [InlineData("5\r\nhello\r\n0\n\r\n")]
    [InlineData("5\r\nhello\r\n0\r\n\n")]
    [InlineData("5\r\nhello\r\n0\r\n\rX")]
    [InlineData("3\r\nhello\r\n0\r\n\r\n")]
    [InlineData("6\r\nhello\r\n0\r\n\r\n")]
    public Task Rule16_LineEndOfAChunkIsWrong_400CloseAndNothingComplete(string body) => BodyRefusedAsync(ChunkedHead, body);

    [Theory]
    [InlineData("5;\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;;a\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5; a\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a =b\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a=\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;=b\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a=b=c\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a=\"b\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a=\"b\r\nc\"\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a=\"b\"c\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a\nb\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a\rb\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a\n\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a=\"\n\"\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a\0\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a=\"\u0001\"\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a\u00e4\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a=b,c\r\nhello\r\n0\r\n\r\n")]
    public Task Rule16_BadExtension_400CloseAndNothingComplete(string body) => BodyRefusedAsync(ChunkedHead, body);

    [Fact]
    public async Task Rule16_ExtensionsOverTheirLimit_400CloseAndNothingComplete()
    {
        await BodyRefusedAsync(ChunkedHead, $"5;a={new string('b', 5_000)}\r\nhello\r\n0\r\n\r\n");
        await BodyRefusedAsync(ChunkedHead, string.Concat(Enumerable.Repeat("1;abcdefgh\r\nx\r\n", 500)) + "0\r\n\r\n");
        await BodyRefusedAsync(ChunkedHead, $"0;a=\"{new string('b', 100_000)}\"\r\n\r\n");
    }

    [Theory]
    [InlineData("5;a=b;c;d=\"e\\\"f ;\t\u00e4\"\r\nhello\r\n0;z\r\n\r\n")]
    [InlineData("0000000000000005\r\nhello\r\n0000000000000000\r\n\r\n")]
    public async Task Rule16_GoodExtensionsAndZeros_NeverForwarded(string body)
    {
        WireRequest request = await ForwardedAsync(ChunkedHead + body);
        Assert.Equal(("hello", ""), (request.Body, request.Trailers));
    }

    [Theory]
    [InlineData(" X: 1\r\n")]
    [InlineData("X : 1\r\n")]
    [InlineData("X: 1\r\n 2\r\n")]
    [InlineData(": 1\r\n")]
    [InlineData("X\r\n")]
    [InlineData("X: 1\n")]
    [InlineData("X: a\rb\r\n")]
    [InlineData("X: a\0b\r\n")]
    [InlineData("X\u00e4: 1\r\n")]
    [InlineData("GET / HTTP/1.1\r\n")]
    public Task Rule17_BadTrailer_400CloseAndNothingComplete(string trailers) => BodyRefusedAsync(ChunkedHead, $"5\r\nhello\r\n0\r\n{trailers}\r\n");

    [Fact]
    public async Task Rule17_TrailersOverTheirLimit_400CloseAndNothingComplete()
    {
        await BodyRefusedAsync(ChunkedHead, $"0\r\nX: {new string('a', 9_000)}\r\n\r\n");
        await BodyRefusedAsync(ChunkedHead, $"0\r\n{string.Concat(Enumerable.Repeat("X: 1\r\n", 101))}\r\n");
    }

    [Fact]
    public async Task Rule17_NamesThatFrameRouteOrAuthorise_AreDroppedFromTrailers()
    {
        string[] names =
        [
            "Content-Length", "Transfer-Encoding", "Host", "Connection", "Trailer", "Upgrade", "TE", "Keep-Alive", "Expect", "Authorization", "Proxy-Authorization", "Cookie",
            "Set-Cookie", "X-Forwarded-For", "X_Forwarded_For", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via", "Content-Type", "Content-Encoding", "Content-Range",
            "Cache-Control", "Max-Forwards", "Range", "If-Match", "If-None-Match", "Origin",
        ];
        WireRequest request = await ForwardedAsync($"{ChunkedHead}5\r\nhello\r\n0\r\nX-Sum: 1\r\n{string.Concat(names.Select(n => $"{n}: trailer\r\n"))}X-Last: 2\r\n\r\n");
        Assert.Equal(("hello", "X-Sum: 1\r\nX-Last: 2\r\n"), (request.Body, request.Trailers));
        Assert.DoesNotContain("trailer", request.Head, StringComparison.Ordinal);
    }
}

/// <inheritdoc/>
public sealed class RequestFramingRuleSocketsTests() : RequestFramingRuleTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class RequestFramingRuleHostileTests() : RequestFramingRuleTests(WireKind.Hostile);
