namespace PipeProxy.Core.Tests.Forwarding.Rules;

/// <summary>Rules 8 to 12: Host, the forms of the target, paths, loops.</summary>
public abstract class TargetRuleTests(WireKind kind) : RuleTests(kind)
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost:\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: \t \r\n\r\n")]
    [InlineData("GET http://app.test/ HTTP/1.1\r\n\r\n")]
    [InlineData("GET http://app.test/ HTTP/1.1\r\nHost:\r\n\r\n")]
    [InlineData("GET http://app.test/ HTTP/1.0\r\nHost:\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test\r\nHost: app.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test\r\nHost: evil.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test\r\nX: 1\r\nhost: app.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\nHost: app.test\r\nHost: evil.test\r\n\r\n")]
    [InlineData("GET http://app.test/ HTTP/1.1\r\nHost: app.test\r\nHost: app.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test, evil.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test evil.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: user@app.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: user:word@app.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test/path\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test?x\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test#x\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: http://app.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test:\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test:http\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test:-80\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test:65536\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test:80:80\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: :80\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app\0.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app\u001f.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: \u00e4pp.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app%2etest\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: ::1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost:app.test\r\n :80\r\n\r\n")]
    public Task Rule08_NotExactlyOneGoodHost_400Close(string request) => RefusedAsync(400, request);

    [Theory]
    [InlineData("app.test", "app.test")]
    [InlineData("APP.test:8080", "APP.test:8080")]
    [InlineData("[::1]:80", "[::1]:80")]
    [InlineData(" \tapp.test\t ", "app.test")]
    public async Task Rule08_GoodHost_Forwarded(string host, string arrives) =>
        Assert.Equal([arrives], (await ForwardedAsync($"GET / HTTP/1.1\r\nHost:{host}\r\n\r\n")).Fields("Host"));

    [Theory]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\nHost:\r\n\r\n")]
    public async Task Rule08_Http10WithoutHost_GetsTheBackendsAddress(string request)
    {
        WireRequest arrived = await ForwardedAsync(request);
        Assert.Matches("^[0-9.]+:[0-9]+$", Assert.Single(arrived.Fields("Host")));
        Assert.Empty(arrived.Fields("X-Forwarded-Host"));
    }

    [Theory]
    [InlineData("GET http://app.test/a?b HTTP/1.1\r\nHost: app.test\r\n\r\n", "GET /a?b HTTP/1.1", "app.test")]
    [InlineData("GET http://other.test:81/a HTTP/1.1\r\nHost: app.test\r\n\r\n", "GET /a HTTP/1.1", "other.test:81")]
    [InlineData("GET HTTPS://other.test HTTP/1.1\r\nHost: app.test\r\n\r\n", "GET / HTTP/1.1", "other.test")]
    [InlineData("GET http://other.test?q HTTP/1.1\r\nHost: app.test\r\n\r\n", "GET /?q HTTP/1.1", "other.test")]
    [InlineData("OPTIONS http://other.test HTTP/1.1\r\nHost: app.test\r\n\r\n", "OPTIONS * HTTP/1.1", "other.test")]
    public async Task Rule09_AbsoluteForm_ItsAuthorityReplacesHost(string request, string line, string host)
    {
        WireRequest arrived = await ForwardedAsync(request);
        Assert.Equal(line, arrived.Line);
        Assert.Equal([host], arrived.Fields("Host"));
        Assert.Equal(host, arrived.Field("X-Forwarded-Host"));
    }

    [Theory]
    [InlineData("http://user@app.test/")]
    [InlineData("http://user:word@app.test/")]
    [InlineData("http:///x")]
    [InlineData("http://:80/")]
    [InlineData("http:app.test")]
    [InlineData("http:/app.test/")]
    [InlineData("http://app.test:x/")]
    [InlineData("http://app.test\\x/")]
    [InlineData("http://app.test,x/")]
    [InlineData("ftp://app.test/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("//app.test/../x")]
    public Task Rule09_BadAbsoluteForm_400Close(string target) => RefusedAsync(400, $"GET {target} HTTP/1.1\r\nHost: app.test\r\n\r\n");

    [Theory]
    [InlineData("GET *")]
    [InlineData("POST *")]
    [InlineData("HEAD *")]
    [InlineData("options *")]
    [InlineData("OPTIONS *x")]
    [InlineData("OPTIONS **")]
    [InlineData("GET app.test:80")]
    [InlineData("GET app.test")]
    [InlineData("GET index.html")]
    [InlineData("OPTIONS app.test:80")]
    [InlineData("GET ?x=1")]
    [InlineData("CONNECT /x")]
    [InlineData("CONNECT *")]
    [InlineData("CONNECT app.test")]
    [InlineData("CONNECT app.test:")]
    [InlineData("CONNECT app.test:0")]
    [InlineData("CONNECT app.test:99999")]
    [InlineData("CONNECT http://app.test:443")]
    public Task Rule10_FormOfAnotherMethod_400Close(string start) => RefusedAsync(400, $"{start} HTTP/1.1\r\nHost: app.test\r\n\r\n");

    [Theory]
    [InlineData("CONNECT app.test:443 HTTP/1.1\r\nHost: app.test:443\r\n\r\n")]
    [InlineData("CONNECT app.test:443 HTTP/1.1\r\nHost: app.test:443\r\n\r\n" + Get)]
    [InlineData("CONNECT [::1]:443 HTTP/1.0\r\n\r\n")]
    [InlineData("CONNECT app.test:443 HTTP/1.1\r\nHost: app.test:443\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello")]
    public Task Rule10_Connect_501Close(string request) => RefusedAsync(501, request);

    [Fact]
    public async Task Rule10_AsteriskOfOptions_Forwarded() =>
        Assert.Equal("OPTIONS * HTTP/1.1", (await ForwardedAsync("OPTIONS * HTTP/1.1\r\nHost: app.test\r\n\r\n")).Line);

    [Theory]
    [InlineData("/../x")]
    [InlineData("/a/..")]
    [InlineData("/a/../../etc/passwd")]
    [InlineData("/.")]
    [InlineData("/./x")]
    [InlineData("/a/./b")]
    [InlineData("/%2e%2e/x")]
    [InlineData("/.%2E/x")]
    [InlineData("/a/%2e/b")]
    [InlineData("/a%2f..%2fb")]
    [InlineData("/a\\b")]
    [InlineData("/..\\x")]
    [InlineData("/a%5cb")]
    [InlineData("/a%5Cb")]
    [InlineData("/a%00b")]
    [InlineData("/a%")]
    [InlineData("/a%2")]
    [InlineData("/a%zz")]
    [InlineData("/#")]
    [InlineData("/a#b")]
    [InlineData("/?a#b")]
    [InlineData("http://app.test/#x")]
    [InlineData("http://app.test/a/../b")]
    [InlineData("/a\0b")]
    [InlineData("/a\u0001b")]
    [InlineData("/a\u007fb")]
    [InlineData("/\u00e4")]
    [InlineData("/a?\u00e4")]
    public Task Rule11_PathThatMayBeReadAsAnother_400Close(string target) => RefusedAsync(400, $"GET {target} HTTP/1.1\r\nHost: app.test\r\n\r\n");

    [Theory]
    [InlineData("/a%2Fb%2fc")]
    [InlineData("//a//b//")]
    [InlineData("/a/...b/..c/d..")]
    [InlineData("/%41%7E%c3%A4")]
    [InlineData("/a;v=1/b,c:@!$&'()*+=~")]
    [InlineData("/a?..%2f../%5c%00\\x{|}<>\"^`%zz")]
    [InlineData("/?")]
    [InlineData("/a?b?c?/./../")]
    [InlineData("/http://evil.test/")]
    public async Task Rule11_AnyOther_ForwardedByteForByte(string target) =>
        Assert.Equal($"GET {target} HTTP/1.1", (await ForwardedAsync($"GET {target} HTTP/1.1\r\nHost: app.test\r\n\r\n")).Line);

    [Fact]
    public async Task Rule12_OwnPseudonym_508Close()
    {
        await using WireBed bed = await StartAsync();
        WireServer server = bed.Serve(0, _ => Ok("clean"));
        foreach (string via in (string[])[bed.Via, bed.Via.ToUpperInvariant().Replace(bed.Via[9..].ToUpperInvariant(), bed.Via[9..], StringComparison.Ordinal), $"Via: 1.0 a\r\nVia: 1.1 b, {bed.Via[5..]}"])
        {
            PipeProxy.Core.Tests.Transport.ScriptedPeer client = await bed.ConnectAsync();
            await client.SendAsync(WithFields(via));
            await ExpectRefusalAsync(client, 508, toHead: false);
        }

        Assert.Equal(0, server.Connections);
        await ExpectCleanAsync(bed);
    }

    [Theory]
    [InlineData("OPTIONS /x", "3", "2")]
    [InlineData("TRACE /x", "1", "0")]
    [InlineData("GET /x", "0", "0")]
    [InlineData("OPTIONS /x", "many", "many")]
    public async Task Rule12_MaxForwards_IsCountedDown(string start, string sent, string arrives) => Assert.Equal(
        [arrives], (await ForwardedAsync($"{start} HTTP/1.1\r\nHost: app.test\r\nMax-Forwards: {sent}\r\n\r\n")).Fields("Max-Forwards"));

    [Theory]
    [InlineData(200, "OPTIONS")]
    [InlineData(501, "TRACE")]
    public Task Rule12_MaxForwardsUsedUp_GoesNoFurther(int status, string method) =>
        RefusedAsync(status, $"{method} / HTTP/1.1\r\nHost: app.test\r\nMax-Forwards: 0\r\n\r\n");
}

/// <inheritdoc/>
public sealed class TargetRuleSocketsTests() : TargetRuleTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class TargetRuleHostileTests() : TargetRuleTests(WireKind.Hostile);
