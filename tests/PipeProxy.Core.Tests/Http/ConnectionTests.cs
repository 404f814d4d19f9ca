using PipeProxy.Core.Http;

namespace PipeProxy.Core.Tests.Http;

/// <summary>Rules 22, 31 and 32 as far as the request head decides them.</summary>
public sealed class ConnectionTests
{
    private static RequestHead Get(string fields, string version = "1.1") => Wire.Request($"GET / HTTP/{version}\r\nHost: a\r\n{fields}\r\n\r\n");

    private static RequestHead Post(string fields, string version = "1.1") =>
        Wire.Request($"POST / HTTP/{version}\r\nHost: a\r\nContent-Length: 1\r\n{fields}\r\n\r\n");

    [Theory]
    [InlineData("1.1", "X: y", true)]
    [InlineData("1.1", "Connection: keep-alive", true)]
    [InlineData("1.1", "Connection: close", false)]
    [InlineData("1.1", "connection:Close", false)]
    [InlineData("1.1", "Connection: x, close ,y", false)]
    [InlineData("1.1", "Connection: x\r\nConnection: close", false)]
    [InlineData("1.1", "Connection: keep-alive, close", false)]
    [InlineData("1.1", "Connection: closed", true)]
    [InlineData("1.2", "X: y", true)]
    [InlineData("1.0", "X: y", false)]
    [InlineData("1.0", "Connection: keep-alive", true)]
    [InlineData("1.0", "Connection: ,Keep-Alive,", true)]
    [InlineData("1.0", "Connection: keep-alive\r\nConnection: close", false)]
    public void Rule22_Persistence_AsAskedFor(string version, string fields, bool keepAlive) =>
        Assert.Equal(keepAlive, Get(fields, version).KeepAlive);

    [Theory]
    [InlineData("Expect: 100-continue", true)]
    [InlineData("expect: 100-CONTINUE", true)]
    [InlineData("X: y", false)]
    [InlineData("Expect: 100-continue, x", false)]
    [InlineData("Expect: 200-ok", false)]
    [InlineData("Expect:", false)]
    public void Rule31_Expect100Continue_Seen(string fields, bool expected) => Assert.Equal(expected, Post(fields).ExpectContinue);

    [Fact]
    public void Rule31_ExpectOfHttp10OrWithoutBody_NobodyWaits()
    {
        Assert.False(Post("Expect: 100-continue", "1.0").ExpectContinue);
        Assert.False(Get("Expect: 100-continue").ExpectContinue);
    }

    [Theory]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket", "websocket", true)]
    [InlineData("Connection: keep-alive, UPGRADE\r\nUpgrade: WebSocket", "WebSocket", true)]
    [InlineData("Connection: x\r\nUpgrade: foo/1\r\nConnection: upgrade", "foo/1", false)]
    [InlineData("Connection: upgrade\r\nUpgrade: h2c, websocket", "websocket", true)]
    [InlineData("Connection: upgrade\r\nUpgrade: websocket, H2C", "websocket", true)]
    [InlineData("Connection: upgrade\r\nUpgrade: foo, h2c, websocket/13, bar", "foo, websocket/13, bar", false)]
    [InlineData("Connection: upgrade\r\nUpgrade: foo\r\nUpgrade: websocket", "foo, websocket", true)]
    [InlineData("Connection: upgrade\r\nUpgrade: a b, /, x/, websocket,,", "websocket", true)]
    public void Rule32_Upgrade_ProtocolsWithoutH2c(string fields, string protocols, bool webSocket)
    {
        RequestHead head = Get(fields);
        Assert.True(head.UpgradeRequested);
        Assert.Equal(protocols, Bytes.Text(head.UpgradeProtocol));
        Assert.Equal(webSocket, head.IsWebSocket);
    }

    [Theory]
    [InlineData("1.1", "Upgrade: websocket")]
    [InlineData("1.1", "Connection: Upgrade")]
    [InlineData("1.1", "Connection: Upgrade\r\nUpgrade:")]
    [InlineData("1.1", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x")]
    [InlineData("1.0", "Connection: Upgrade\r\nUpgrade: websocket")]
    public void Rule32_NothingLeftToUpgradeTo_NotRequested(string version, string fields)
    {
        RequestHead head = Get(fields, version);
        Assert.False(head.UpgradeRequested);
        Assert.True(head.UpgradeProtocol.IsEmpty);
        Assert.False(head.IsWebSocket);
    }

    [Theory]
    [InlineData("1.1", "TE: trailers", true)]
    [InlineData("1.1", "te: gzip;q=0.5, Trailers", true)]
    [InlineData("1.1", "TE: gzip\r\nTE: trailers", true)]
    [InlineData("1.1", "TE: gzip", false)]
    [InlineData("1.1", "TE:", false)]
    [InlineData("1.0", "TE: trailers", false)]
    public void Rule27_TeTrailers_Seen(string version, string fields, bool accepts) => Assert.Equal(accepts, Get(fields, version).AcceptsTrailers);

    [Theory]
    [InlineData("GET", true, true)]
    [InlineData("HEAD", true, true)]
    [InlineData("OPTIONS", true, true)]
    [InlineData("TRACE", true, true)]
    [InlineData("PUT", false, true)]
    [InlineData("DELETE", false, true)]
    [InlineData("POST", false, false)]
    [InlineData("PATCH", false, false)]
    [InlineData("get", false, false)]
    [InlineData("PROPFIND", false, false)]
    public void Rule34_Methods_SafeAndIdempotent(string method, bool safe, bool idempotent)
    {
        RequestHead head = Wire.Request($"{method} / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(safe, head.IsSafe);
        Assert.Equal(idempotent, head.IsIdempotent);
    }
}
