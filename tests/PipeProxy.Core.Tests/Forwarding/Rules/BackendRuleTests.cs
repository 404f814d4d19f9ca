using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding.Rules;

/// <summary>Rules 1 to 7, 13 to 21 and 26 to 32, for what backends send.</summary>
public abstract class BackendRuleTests(WireKind kind) : RuleTests(kind)
{
    private static string Answer(string fields, string body = "") => $"HTTP/1.1 200 OK\r\n{fields}\r\n{body}";

    [Theory]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n")]
    [InlineData("HTTP/1.1 200 OK\rContent-Length: 0\r\r")]
    [InlineData("HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nLocation: /\rSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nLocation: /\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    public Task Rule01_BareLineEndOfABackend_502(string answer) => BackendRefusedAsync(answer);

    [Theory]
    [InlineData("\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData(" HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    public Task Rule02_AnythingBeforeAStatusLine_502(string answer) => BackendRefusedAsync(answer);

    [Theory]
    [InlineData("HTTP/1.1 200")]
    [InlineData("HTTP/1.1 20 OK")]
    [InlineData("HTTP/1.1 2000 OK")]
    [InlineData("HTTP/1.1 2x0 OK")]
    [InlineData("HTTP/1.1 099 OK")]
    [InlineData("HTTP/1.1 000 OK")]
    [InlineData("HTTP/1.1 -20 OK")]
    [InlineData("HTTP/1.1  200 OK")]
    [InlineData("HTTP/1.1\t200 OK")]
    [InlineData("HTTP/1.1 200\tOK")]
    [InlineData("HTTP/1.1 OK")]
    [InlineData("HTTP/1.1200 OK")]
    [InlineData("HTTP/2.0 200 OK")]
    [InlineData("HTTP/1.10 200 OK")]
    [InlineData("HTTP/1 200 OK")]
    [InlineData("http/1.1 200 OK")]
    [InlineData("ICY 200 OK")]
    [InlineData("HTTP/1.1 200 O\0K")]
    [InlineData("HTTP/1.1 200 O\u007fK")]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("hello")]
    public Task Rule03_StatusLineOfABackendIsWrong_502(string line) => BackendRefusedAsync(line + "\r\nContent-Length: 0\r\n\r\n");

    [Theory]
    [InlineData("HTTP/1.1 200 ", 200)]
    [InlineData("HTTP/1.1 999 Odd", 999)]
    [InlineData("HTTP/1.1 600 \u00e4\tb  c", 600)]
    [InlineData("HTTP/1.0 404 Not Found", 404)]
    [InlineData("HTTP/1.9 201 Made", 201)]
    public async Task Rule03_OddButValidStatusLine_IsPassedOn(string line, int status)
    {
        WireResponse response = await AnsweredAsync(line + "\r\nContent-Length: 2\r\n\r\nhi");
        Assert.Equal((status, "hi"), (response.Status, response.Body));
        Assert.StartsWith("HTTP/1.1 " + line[9..] + "\r\n", response.Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(" X: 1\r\n")]
    [InlineData("X : 1\r\n")]
    [InlineData("X: 1\r\n 2\r\n")]
    [InlineData("Content-Type: text/plain;\r\n\tcharset=utf-8\r\n")]
    [InlineData("Content-Length : 0\r\n")]
    public Task Rule04_WhiteSpaceAtANameOfABackend_502(string fields) => BackendRefusedAsync(Answer(fields + "Content-Length: 0\r\n"));

    [Theory]
    [InlineData(": 1\r\n")]
    [InlineData("X\r\n")]
    [InlineData("X\0: 1\r\n")]
    [InlineData("X Y: 1\r\n")]
    [InlineData("X\u00e4: 1\r\n")]
    [InlineData("X: \0\r\n")]
    [InlineData("X: a\u0001b\r\n")]
    [InlineData("Set-Cookie: a=\u007f\r\n")]
    public Task Rule05_BadFieldOfABackend_502(string fields) => BackendRefusedAsync(Answer(fields + "Content-Length: 0\r\n"));

    [Fact]
    public async Task Rule06_SetCookieLinesOfABackend_StayApart() =>
        Assert.Equal(["a=1", "b=2"], (await AnsweredAsync(Answer("Set-Cookie: a=1\r\nX: 1\r\nset-cookie: b=2\r\nContent-Length: 0\r\n"))).Fields("Set-Cookie"));

    [Fact]
    public async Task Rule07_HeadOfABackendOverItsLimits_502()
    {
        await BackendRefusedAsync(Answer($"X: {new string('a', 40_000)}\r\nContent-Length: 0\r\n"));
        await BackendRefusedAsync(Answer(string.Concat(Enumerable.Repeat("X: 1\r\n", 101)) + "Content-Length: 0\r\n"));
        await BackendRefusedAsync($"HTTP/1.1 200 {new string('a', 40_000)}\r\nContent-Length: 0\r\n\r\n");
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n")]
    public Task Rule13_LengthWithChunkedOfABackend_502(string fields) => BackendRefusedAsync(Answer(fields, "0\r\n\r\n"));

    [Theory]
    [InlineData("Transfer-Encoding:\r\n")]
    [InlineData("Transfer-Encoding: chunked, chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n")]
    [InlineData("Transfer-Encoding: identity\r\n")]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n")]
    [InlineData("Transfer-Encoding: xchunked\r\n")]
    [InlineData("Transfer-Encoding: chunked;q=1\r\n")]
    public Task Rule14_TransferEncodingOfABackendIsWrong_502(string fields) => BackendRefusedAsync(Answer(fields, "0\r\n\r\n"));

    [Fact]
    public Task Rule14_Http10BackendWithChunked_502() => BackendRefusedAsync("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n")]
    [InlineData("Content-Length: 5, 6\r\n")]
    [InlineData("Content-Length: -5\r\n")]
    [InlineData("Content-Length: +5\r\n")]
    [InlineData("Content-Length: 0x5\r\n")]
    [InlineData("Content-Length: 5 5\r\n")]
    [InlineData("Content-Length:\r\n")]
    [InlineData("Content-Length: 5,\r\n")]
    [InlineData("Content-Length: 9223372036854775808\r\n")]
    public Task Rule15_LengthOfABackendIsWrong_502(string fields) => BackendRefusedAsync(Answer(fields, "hello"));

    [Fact]
    public async Task Rule15_EqualLengthsOfABackend_BecomeOne()
    {
        WireResponse response = await AnsweredAsync(Answer("Content-Length: 5\r\nContent-Length: 5, 5\r\n", "hello"));
        Assert.Equal(["5"], response.Fields("Content-Length"));
        Assert.Equal("hello", response.Body);
    }

    [Theory]
    [InlineData("x\r\n")]
    [InlineData("5\r\nhello\r\n0x5\r\n")]
    [InlineData("5\r\nhello\r\n-1\r\n")]
    [InlineData("5\r\nhello\n")]
    [InlineData("5\r\nhelloXX")]
    [InlineData("5\nhello\r\n")]
    [InlineData("5;\r\nhello\r\n")]
    [InlineData("5\r\nhello\r\n8000000000000000\r\n")]
    [InlineData("5\r\nhello\r\n0\r\nX : 1\r\n\r\n")]
    [InlineData("5\r\nhello\r\n0\r\nX: 1\n\r\n")]
    [InlineData("5\r\nhello\r\n0\r\n\n")]
    public Task Rule16_BadChunkOfABackend_IsACut(string body) => BackendCutAsync(Answer("Transfer-Encoding: chunked\r\n"), body);

    [Fact]
    public async Task Rule17_TrailersOfABackend_AreFiltered()
    {
        WireResponse response = await AnsweredAsync(Answer(
            "Connection: X-Hop\r\nTransfer-Encoding: chunked\r\n",
            "2\r\nhi\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\nSet-Cookie: a=b\r\nX-Hop: 1\r\nConnection: close\r\nLocation: /x\r\n\r\n"));
        Assert.Equal(("hi", "X-Sum: 1\r\n"), (response.Body, response.Trailers));
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "5")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", null)]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", null)]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", null)]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", null)]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "5")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", null)]
    [InlineData("GET", "HTTP/1.1 103 Hints\r\nContent-Length: 5\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", null)]
    public async Task Rule18_Bodiless_WhateverItsFieldsSay(string method, string answer, string? length)
    {
        await using WireBed bed = await StartAsync();
        int count = 0;
        WireServer server = bed.Serve(0, _ => ++count == 1 ? answer : Ok("next"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"{method} / HTTP/1.1\r\nHost: app.test\r\n\r\n" + Get);
        WireResponse first;
        do
        {
            first = await client.ReadResponseAsync(toHead: true);
            Assert.Empty(first.Fields("Transfer-Encoding"));
            Assert.Equal(first.Status < 200 ? null : length, first.Field("Content-Length"));
        }
        while (first.Status < 200);
        Assert.Equal("next", (await client.ReadResponseAsync()).Body);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\nhello")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi\r\n")]
    public async Task Rule20_BytesBehindAnAnswer_AreNobodysAnswer(string method, string answer)
    {
        await using WireBed bed = await StartAsync();
        WireServer server = bed.Serve(0, r => r.Line.EndsWith(" /x HTTP/1.1", StringComparison.Ordinal) ? answer : Ok("clean"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"{method} /x HTTP/1.1\r\nHost: app.test\r\n\r\n");
        await client.ReadResponseAsync(toHead: method == "HEAD");
        await client.SendAsync(Get);
        Assert.Equal("clean", (await client.ReadResponseAsync()).Body);
        await ExpectCleanAsync(bed);
        Assert.True(server.Connections >= 2);
    }

    [Fact]
    public async Task Rule21_FramingFieldsOfABackend_AreWrittenAnew()
    {
        WireResponse response = await AnsweredAsync("HTTP/1.1 200 OK\r\ntransfer-ENCODING:\tChunked \r\nKeep-Alive: timeout=9\r\nProxy-Connection: x\r\nTE: x\r\n\r\n1;x=1\r\na\r\n0\r\n\r\n");
        Assert.Contains("\r\nTransfer-Encoding: chunked\r\n", response.Head, StringComparison.Ordinal);
        Assert.DoesNotContain("Chunked", response.Head, StringComparison.Ordinal);
        Assert.Empty(response.Fields("Keep-Alive").Concat(response.Fields("Proxy-Connection")).Concat(response.Fields("TE")));
    }

    [Fact]
    public async Task Rule26_ConnectionOfABackend_RemovesWhatItNamesAndNoCookie()
    {
        WireResponse response = await AnsweredAsync(Answer("Connection: x-hop, Set-Cookie, Content-Length, Date\r\nX-Hop: 1\r\nSet-Cookie: a=b\r\nDate: now\r\nContent-Length: 2\r\n", "hi"));
        Assert.Empty(response.Fields("X-Hop"));
        Assert.Equal(["a=b"], response.Fields("Set-Cookie"));
        Assert.Equal(("now", "hi"), (response.Field("Date"), response.Body));
    }

    [Fact]
    public Task Rule31_FloodOfInterimAnswers_502() => BackendRefusedAsync(
        string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 100)) + Answer("Content-Length: 0\r\n"));

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")]
    [InlineData("HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")]
    public async Task Rule32_101Unasked_502(string answer)
    {
        await BackendRefusedAsync(answer, "POST /x HTTP/1.0\r\nHost: app.test\r\nContent-Length: 1\r\n\r\nx");
        await BackendRefusedAsync(answer, "POST /x HTTP/1.0\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n\r\nx");
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")]
    public Task Rule32_101ForAnotherProtocol_502(string answer) => BackendRefusedAsync(
        answer, "POST /x HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n\r\nx");
}

/// <inheritdoc/>
public sealed class BackendRuleSocketsTests() : BackendRuleTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class BackendRuleHostileTests() : BackendRuleTests(WireKind.Hostile);
