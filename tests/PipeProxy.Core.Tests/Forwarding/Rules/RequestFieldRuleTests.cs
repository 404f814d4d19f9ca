namespace PipeProxy.Core.Tests.Forwarding.Rules;

/// <summary>Rules 4 to 6 and 26 to 31: field lines of requests, and what of them reaches a backend.</summary>
public abstract class RequestFieldRuleTests(WireKind kind) : RuleTests(kind)
{
    [Theory]
    [InlineData(" X: 1\r\n")]
    [InlineData("\tX: 1\r\n")]
    [InlineData("X : 1\r\n")]
    [InlineData("X\t: 1\r\n")]
    [InlineData("X: 1\r\n 2\r\n")]
    [InlineData("X: 1\r\n\t2\r\n")]
    [InlineData("X:\r\n 1\r\n")]
    [InlineData("X: 1\r\n \r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n")]
    [InlineData("Transfer-Encoding:\r\n chunked\r\n")]
    [InlineData("Content-Length : 5\r\n")]
    [InlineData("Content-Length:\r\n\t5\r\n")]
    public Task Rule04_WhiteSpaceAtAName_400Close(string fields) => RefusedAsync(400, WithFields(fields));

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n Host: app.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\tX: 1\r\nHost: app.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n \r\nHost: app.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost : app.test\r\n\r\n")]
    public Task Rule04_WhiteSpaceBeforeTheFirstField_400Close(string request) => RefusedAsync(400, request);

    [Theory]
    [InlineData(": 1\r\n")]
    [InlineData("X\r\n")]
    [InlineData("X 1\r\n")]
    [InlineData("X=1\r\n")]
    [InlineData("X Y: 1\r\n")]
    [InlineData("X\0: 1\r\n")]
    [InlineData("X\u0008Y: 1\r\n")]
    [InlineData("X\u007f: 1\r\n")]
    [InlineData("X\u00e4: 1\r\n")]
    [InlineData("\u00e4: 1\r\n")]
    [InlineData("X(: 1\r\n")]
    [InlineData("X/Y: 1\r\n")]
    [InlineData("X[]: 1\r\n")]
    [InlineData("{X}: 1\r\n")]
    [InlineData("\"X\": 1\r\n")]
    [InlineData("@X: 1\r\n")]
    [InlineData("Transfer\u00adEncoding: chunked\r\n")]
    [InlineData("\u000bTransfer-Encoding: chunked\r\n")]
    [InlineData("GET / HTTP/1.1\r\n")]
    public Task Rule05_NameIsNoToken_400Close(string fields) => RefusedAsync(400, WithFields(fields));

    [Theory]
    [InlineData('\0')]
    [InlineData('\u0001')]
    [InlineData('\u0008')]
    [InlineData('\u000b')]
    [InlineData('\u000c')]
    [InlineData('\u001b')]
    [InlineData('\u001f')]
    [InlineData('\u007f')]
    public async Task Rule05_ControlInValue_400Close(char control)
    {
        foreach (string value in (string[])[$"{control}", $"{control}a", $"a{control}b", $"a{control}"])
        {
            await RefusedAsync(400, WithFields($"X: {value}\r\n"));
        }

        await RefusedAsync(400, WithFields($"Transfer-Encoding: {control}chunked\r\n"));
        await RefusedAsync(400, WithFields($"Content-Length: 5{control}\r\n"));
    }

    [Theory]
    [InlineData("X-V:1", "1")]
    [InlineData("X-V: \t 1\t \t", "1")]
    [InlineData("X-V: a\tb  c", "a\tb  c")]
    [InlineData("X-V:", "")]
    [InlineData("X-V: \t", "")]
    [InlineData("X-V: \u00e4\u00ff\u0080", "\u00e4\u00ff\u0080")]
    [InlineData("X-V: a:b:c\"d'e,f;g=h", "a:b:c\"d'e,f;g=h")]
    public async Task Rule05_OtherValues_Trimmed(string line, string value) =>
        Assert.Contains($"\r\nX-V: {value}\r\n", (await ForwardedAsync(WithFields(line + "\r\n"))).Head, StringComparison.Ordinal);

    [Fact]
    public async Task Rule06_OrderCaseAndUnknownFields_StayAsTheyCame()
    {
        WireRequest request = await ForwardedAsync(WithFields("x-A: 1\r\nCookie: a=1\r\nX-a: 2\r\n~!: 3\r\nX_Y: 4\r\nCookie: b=2\r\nX-A: 5\r\n"));
        Assert.Contains("x-A: 1\r\nCookie: a=1\r\nX-a: 2\r\n~!: 3\r\nX_Y: 4\r\nCookie: b=2\r\nX-A: 5\r\n", request.Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Connection: close, x-forwarded-for\r\n")]
    [InlineData("Connection: X-Forwarded-Proto, X-Real-IP\r\nConnection: x-forwarded-host\r\n")]
    [InlineData("Connection: host, content-length, transfer-encoding, via, cookie, authorization\r\n")]
    [InlineData("Connection: keep-alive, Cookie\r\nconnection: X-Forwarded-Server , Via\r\n")]
    public async Task Rule26_NominatedForwardingFields_StillReachTheBackend(string fields)
    {
        WireRequest request = await ForwardedAsync($"POST /x HTTP/1.1\r\nHost: app.test\r\nCookie: a=b\r\nAuthorization: x\r\nContent-Length: 2\r\n{fields}\r\nhi");
        foreach (string name in (string[])["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Server", "X-Real-Ip", "Via", "Cookie", "Authorization", "Content-Length", "Host"])
        {
            Assert.Single(request.Fields(name));
        }

        Assert.Equal(("hi", 0), (request.Body, request.Fields("Connection").Length));
    }

    [Fact]
    public async Task Rule26_Nominated_IsRemovedFromHeadAndTrailers()
    {
        WireRequest request = await ForwardedAsync(
            "POST /x HTTP/1.1\r\nHost: app.test\r\nConnection: x-a\r\ncONNECTION: X-B , x-c\r\nX-A: 1\r\nX-a: 1\r\nX-C: 1\r\nX-D: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-B: 1\r\nX-T: 1\r\n\r\n");
        Assert.Empty(request.Fields("X-A").Concat(request.Fields("X-C")));
        Assert.Single(request.Fields("X-D"));
        Assert.Equal("X-T: 1\r\n", request.Trailers);
    }

    [Fact]
    public async Task Rule29_EverySpellingFromAnUntrustedPeer_NeverReachesTheBackend()
    {
        string[] names =
        [
            "X-Forwarded-For", "x-forwarded-for", "X_Forwarded_For", "X-Forwarded_For", "X_FORWARDED-FOR", "X-Forwarded-Host", "X_Forwarded_Host", "X-Forwarded-Port",
            "X-Forwarded-Proto", "X_Forwarded_Proto", "X-Forwarded-Server", "X-Forwarded-Prefix", "X_Forwarded_Prefix", "X-Forwarded-Uri", "X-Forwarded-Method",
            "X-Forwarded-Tls-Client-Cert", "X-Forwarded-Scheme", "X-Forwarded", "X-Real-Ip", "X_Real_IP", "X-REAL_IP", "X-Scheme", "Forwarded",
        ];
        WireRequest request = await ForwardedAsync(
            $"POST /x HTTP/1.1\r\nHost: app.test\r\n{string.Concat(names.Select(n => $"{n}: spoofed\r\n"))}Transfer-Encoding: chunked\r\n\r\n0\r\n{string.Concat(names.Select(n => $"{n}: spoofed\r\n"))}\r\n");
        Assert.DoesNotContain("spoofed", request.Head + request.Trailers, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Expect: 200-ok")]
    [InlineData("Expect: 100-continue, more")]
    [InlineData("Expect: 100-continue;x=1")]
    [InlineData("Expect:")]
    [InlineData("Expect: 100-continue\r\nExpect: more")]
    public Task Rule31_UnknownExpectation_417Close(string field) =>
        RefusedAsync(417, $"POST /x HTTP/1.1\r\nHost: app.test\r\n{field}\r\nContent-Length: 2\r\n\r\nhi");

    [Theory]
    [InlineData("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: H2C\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: h2c/1\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: h2, HTTP/2.0\r\n")]
    [InlineData("Upgrade: websocket\r\n")]
    [InlineData("Connection: Upgrade\r\n")]
    [InlineData("HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n")]
    public async Task Rule32_OtherHttpOrNoUpgrade_IsNotForwarded(string fields)
    {
        WireRequest request = await ForwardedAsync(WithFields(fields));
        Assert.Empty(request.Fields("Upgrade").Concat(request.Fields("Connection")).Concat(request.Fields("HTTP2-Settings")));
    }
}

/// <inheritdoc/>
public sealed class RequestFieldRuleSocketsTests() : RequestFieldRuleTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class RequestFieldRuleHostileTests() : RequestFieldRuleTests(WireKind.Hostile);
