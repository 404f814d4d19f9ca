namespace PipeProxy.Core.Tests.Forwarding.Rules;

/// <summary>Rules 1 to 3 and 7: line ends, what stands before a request, the request line, bounds of the head.</summary>
public abstract class RequestLineRuleTests(WireKind kind) : RuleTests(kind)
{
    private const string Host = "Host: app.test\r\n\r\n";

    [Theory]
    [InlineData("GET / HTTP/1.1\nHost: app.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test\r\nX: 1\nY: 2\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test\r\n\n")]
    [InlineData("GET / HTTP/1.1\nHost: app.test\n\n")]
    public Task Rule01_LineFeedAlone_400Close(string request) => RefusedAsync(400, request);

    [Theory]
    [InlineData("GET / HTTP/1.1\rHost: app.test\r\r")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test\r\nX: a\rb\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test\r\nX: 1\rY: 2\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test\r\nX: 1\r\r\n\r\n")]
    [InlineData("GET /a\rb HTTP/1.1\r\nHost: app.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\r\nHost: app.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test\r\n\r\r\n")]
    public Task Rule01_CarriageReturnAlone_400Close(string request) => RefusedAsync(400, request);

    [Fact]
    public async Task Rule02_EightEmptyLinesBefore_Forwarded() =>
        Assert.Equal("GET / HTTP/1.1", (await ForwardedAsync(string.Concat(Enumerable.Repeat("\r\n", 8)) + Get)).Line);

    [Theory]
    [InlineData("\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n" + Get)]
    [InlineData("\n" + Get)]
    [InlineData("\r" + Get)]
    [InlineData(" \r\n" + Get)]
    [InlineData(" " + Get)]
    [InlineData("\t" + Get)]
    [InlineData("\0" + Get)]
    [InlineData("\u00ef\u00bb\u00bf" + Get)]
    [InlineData("   \r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n")]
    public Task Rule02_AnythingElseBefore_400Close(string request) => RefusedAsync(400, request);

    [Theory]
    [InlineData("GET  / HTTP/1.1\r\n")]
    [InlineData("GET /  HTTP/1.1\r\n")]
    [InlineData("GET / HTTP/1.1 \r\n")]
    [InlineData("GET\t/ HTTP/1.1\r\n")]
    [InlineData("GET /\tHTTP/1.1\r\n")]
    [InlineData("GET / HTTP/1.1\t\r\n")]
    [InlineData("GET\v/ HTTP/1.1\r\n")]
    [InlineData("GET /\fHTTP/1.1\r\n")]
    [InlineData("GET / x HTTP/1.1\r\n")]
    [InlineData("GET HTTP/1.1\r\n")]
    [InlineData("GET\r\n")]
    [InlineData("GET \r\n")]
    [InlineData(" / HTTP/1.1\r\n")]
    [InlineData("/ HTTP/1.1\r\n")]
    [InlineData("G@T / HTTP/1.1\r\n")]
    [InlineData("G\u00c9T / HTTP/1.1\r\n")]
    [InlineData("G\0T / HTTP/1.1\r\n")]
    [InlineData("GET: / HTTP/1.1\r\n")]
    [InlineData("(GET) / HTTP/1.1\r\n")]
    public Task Rule03_NotThreePartsAndTwoSpaces_400Close(string line) => RefusedAsync(400, line + Host);

    [Theory]
    [InlineData("GET /\r\n")]
    [InlineData("GET / HTTP\r\n")]
    [InlineData("GET / HTTP/\r\n")]
    [InlineData("GET / HTTP/1\r\n")]
    [InlineData("GET / HTTP/1.\r\n")]
    [InlineData("GET / HTTP/.1\r\n")]
    [InlineData("GET / HTTP/1.10\r\n")]
    [InlineData("GET / HTTP/1.1.1\r\n")]
    [InlineData("GET / HTTP/01.1\r\n")]
    [InlineData("GET / HTTP/1.01\r\n")]
    [InlineData("GET / HTTP/11\r\n")]
    [InlineData("GET / HTTP/1,1\r\n")]
    [InlineData("GET / HTTP/1.x\r\n")]
    [InlineData("GET / HTTP/ 1.1\r\n")]
    [InlineData("GET / HTTP /1.1\r\n")]
    [InlineData("GET / http/1.1\r\n")]
    [InlineData("GET / Http/1.1\r\n")]
    [InlineData("GET / HTTPS/1.1\r\n")]
    [InlineData("GET / HTTP/-1.1\r\n")]
    [InlineData("GET / HTTP/1.-1\r\n")]
    [InlineData("GET / ICY/1.1\r\n")]
    public Task Rule03_MalformedVersion_400Close(string line) => RefusedAsync(400, line + Host);

    [Theory]
    [InlineData("GET / HTTP/2.0\r\n" + Host)]
    [InlineData("GET / HTTP/3.0\r\n" + Host)]
    [InlineData("GET / HTTP/0.9\r\n" + Host)]
    [InlineData("GET / HTTP/9.9\r\n" + Host)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    public Task Rule03_OtherMajorVersion_505Close(string request) => RefusedAsync(505, request);

    [Theory]
    [InlineData("GET / HTTP/1.2\r\nHost: app.test\r\n\r\n", "GET / HTTP/1.1")]
    [InlineData("GET / HTTP/1.9\r\nHost: app.test\r\n\r\n", "GET / HTTP/1.1")]
    [InlineData("GET / HTTP/1.0\r\nHost: app.test\r\n\r\n", "GET / HTTP/1.1")]
    [InlineData("get / HTTP/1.1\r\nHost: app.test\r\n\r\n", "get / HTTP/1.1")]
    [InlineData("Get / HTTP/1.1\r\nHost: app.test\r\n\r\n", "Get / HTTP/1.1")]
    [InlineData("M-SEARCH / HTTP/1.1\r\nHost: app.test\r\n\r\n", "M-SEARCH / HTTP/1.1")]
    [InlineData("!#$%&'*+-.^_`|~09Az / HTTP/1.1\r\nHost: app.test\r\n\r\n", "!#$%&'*+-.^_`|~09Az / HTTP/1.1")]
    public async Task Rule03_WellFormed_MethodAsItCameAndVersion11(string request, string line) =>
        Assert.Equal(line, (await ForwardedAsync(request)).Line);

    [Fact]
    public Task Rule07_LongMethod_501Close() => RefusedAsync(501, $"{new string('A', 33)} / HTTP/1.1\r\n{Host}");

    [Theory]
    [InlineData(8_192)]
    [InlineData(100_000)]
    public Task Rule07_LongTarget_414Close(int length) => RefusedAsync(414, $"GET /{new string('a', length)} HTTP/1.1\r\n{Host}");

    [Theory]
    [InlineData(33_000)]
    [InlineData(200_000)]
    public async Task Rule07_LongField_431Close(int length)
    {
        await RefusedAsync(431, WithFields($"X: {new string('a', length)}\r\n"));
        await RefusedAsync(431, WithFields($"{new string('a', length)}: x\r\n"));
        await RefusedAsync(431, WithFields($"Cookie: {new string(';', length)}\r\n"));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3_000)]
    public Task Rule07_ManyFields_431Close(int count) =>
        RefusedAsync(431, WithFields(string.Concat(Enumerable.Range(0, count).Select(i => $"X-{i}: 1\r\n"))));

    [Fact]
    public async Task Rule07_AtItsLimits_Forwarded()
    {
        WireRequest request = await ForwardedAsync(WithFields(string.Concat(Enumerable.Range(0, 99).Select(i => $"X-{i}: 1\r\n"))));
        Assert.Equal("1", request.Field("X-98"));
        string target = "/" + new string('a', 8_192 - "GET / HTTP/1.1\r\n".Length);
        Assert.Equal($"GET {target} HTTP/1.1", (await ForwardedAsync($"GET {target} HTTP/1.1\r\n{Host}")).Line);
    }

    [Fact]
    public Task Rule24_RefusalOfHead_HasNoBody() => RefusedAsync(400, "HEAD / HTTP/1.1\r\nHost: app.test\r\nX : 1\r\n\r\n");
}

/// <inheritdoc/>
public sealed class RequestLineRuleSocketsTests() : RequestLineRuleTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class RequestLineRuleHostileTests() : RequestLineRuleTests(WireKind.Hostile);
