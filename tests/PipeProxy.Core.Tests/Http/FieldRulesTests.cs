using PipeProxy.Core.Http;

namespace PipeProxy.Core.Tests.Http;

/// <summary>Rules 12, 26, 27 and 31: what is taken out of a head before it is forwarded.</summary>
public sealed class FieldRulesTests
{
    private static readonly byte[] Pseudonym = Bytes.Of("pp-3f9a");

    /// <summary>Prepares a request without a client address, so that nothing is added but what its scheme and Host give.</summary>
    private static HttpRejection? Prepare(RequestHead head) => FieldRules.PrepareRequest(head, new ForwardedFacts { ViaPseudonym = Pseudonym });

    /// <summary>The lines left that the client sent.</summary>
    private static string Left(string fields, string version = "1.1")
    {
        RequestHead head = Wire.Request($"GET / HTTP/{version}\r\nHost: a\r\n{fields}\r\n\r\n");
        Assert.Null(Prepare(head));
        return LinesOfTheClient(head);
    }

    private static string LinesOfTheClient(MessageHead head) =>
        string.Concat(Wire.Lines(head).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith("X-Forwarded-", StringComparison.Ordinal)).Select(line => line + "\n"));

    [Theory]
    [InlineData("Via: 1.1 pp-3f9a")]
    [InlineData("Via: 1.1 other, 1.1 pp-3f9a, 1.0 x")]
    [InlineData("Via: 1.1 other\r\nVia: 1.1 pp-3f9a")]
    public void Rule12_OwnPseudonymInVia_508(string fields) =>
        Assert.Equal(508, Prepare(Wire.Request($"GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n"))!.Value.Status);

    [Fact]
    public void Rule12_AnotherProxyInVia_NoLoop() => Assert.Equal("Host: a\nVia: 1.1 pp-0000\n", Left("Via: 1.1 pp-0000"));

    [Theory]
    [InlineData("Connection: X-Hop\r\nX-Hop: 1\r\nX-Stay: 2")]
    [InlineData("X-Hop: 1\r\nX-Stay: 2\r\nConnection: x-hop")]
    [InlineData("Connection: keep-alive, x-HOP ,\r\nX-Hop: 1\r\nX-Stay: 2\r\nx-hop: 3")]
    [InlineData("Connection: close\r\nX-Hop: 1\r\nX-Stay: 2\r\nconnection:,,X-Hop")]
    [InlineData("Connection: Upgrade, X-Hop\r\nUpgrade: websocket\r\nX-Hop: 1\r\nX-Stay: 2")]
    public void Rule26_NominatedField_Removed(string fields) => Assert.Equal("Host: a\nX-Stay: 2\n", Left(fields));

    [Theory]
    [InlineData("Host: a")]
    [InlineData("Cookie: a=b")]
    [InlineData("Authorization: Basic x")]
    [InlineData("Proxy-Authorization: Basic x")]
    [InlineData("Via: 1.1 x")]
    [InlineData("Content-Length: 0")]
    [InlineData("Date: x")]
    [InlineData("Origin: x")]
    [InlineData("Content-Type: x")]
    [InlineData("Trailer: x")]
    public void Rule26_NominationOfWhatMatters_Ignored(string field)
    {
        string name = field.Split(':')[0];
        RequestHead head = Wire.Request($"GET / HTTP/1.1\r\n{(name == "Host" ? "" : "Host: a\r\n")}{field}\r\nConnection: {name.ToUpperInvariant()}\r\n\r\n");
        Assert.Null(Prepare(head));
        Assert.Contains(field + "\n", Wire.Lines(head));
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("x-forwarded-host")]
    [InlineData("X-Forwarded-Proto, X-Forwarded-Port, X-Forwarded-Server")]
    [InlineData("X-Real-Ip")]
    [InlineData("Forwarded")]
    [InlineData("X-Forwarded-Tls-Client-Cert")]
    public void Rule26_NominationOfForwardingFields_NeverRemovesThem(string nominated)
    {
        const string Sent = "Forwarded: for=x\r\nX-Forwarded-Tls-Client-Cert: c\r\n";
        RequestHead plain = Wire.Request($"GET / HTTP/1.1\r\nHost: a\r\n{Sent}\r\n");
        RequestHead sly = Wire.Request($"GET / HTTP/1.1\r\nHost: a\r\n{Sent}Connection: {nominated}\r\n\r\n");
        ForwardedFacts facts = new() { ClientAddress = "9.9.9.9"u8, ServerName = "proxy"u8, PeerIsTrusted = true };
        Assert.Null(FieldRules.PrepareRequest(plain, facts));
        Assert.Null(FieldRules.PrepareRequest(sly, facts));
        Assert.Equal(Wire.Lines(plain), Wire.Lines(sly));
        Assert.Equal("9.9.9.9", Wire.Values(sly, "X-Forwarded-For"));
    }

    [Theory]
    [InlineData(100, 0)]
    [InlineData(101, 400)]
    public void Rule26_MoreNominationsThanAllowed_400(int count, int status)
    {
        string options = string.Join(',', Enumerable.Range(0, count).Select(i => $"x{i}"));
        HttpRejection? rejection = Prepare(Wire.Request($"GET / HTTP/1.1\r\nHost: a\r\nConnection: {options}\r\n\r\n"));
        Assert.Equal(status, rejection?.Status ?? 0);
    }

    [Theory]
    [InlineData("Connection: keep-alive")]
    [InlineData("Keep-Alive: timeout=5")]
    [InlineData("Proxy-Connection: keep-alive")]
    [InlineData("TE: trailers, gzip")]
    [InlineData("Upgrade: websocket")]
    [InlineData("Upgrade: h2c\r\nHTTP2-Settings: AAA")]
    [InlineData("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA")]
    [InlineData("Transfer-Encoding: chunked")]
    public void Rule27_HopByHopFields_Removed(string fields) => Assert.Equal("Host: a\nX: y\n", Left(fields + "\r\nX: y"));

    [Theory]
    [InlineData("Expect: 200-maybe")]
    [InlineData("Expect:")]
    [InlineData("Expect: 100-continue, x")]
    [InlineData("Expect: 100-continue\r\nExpect: x")]
    [InlineData("Expect: 100-continue;a=b")]
    public void Rule31_UnknownExpectation_417(string fields)
    {
        Assert.Equal(417, Prepare(Wire.Request($"GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n"))!.Value.Status);
        Assert.Equal(417, Prepare(Wire.Request($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n{fields}\r\n\r\n"))!.Value.Status);
    }

    [Fact]
    public void Rule31_ExpectContinueWithBody_Forwarded()
    {
        RequestHead head = Wire.Request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\n");
        Assert.Null(Prepare(head));
        Assert.Equal("100-Continue", Wire.Values(head, "Expect"));
    }

    [Fact]
    public void Rule31_ExpectThatNobodyWaitsFor_Removed()
    {
        Assert.Equal("Host: a\n", Left("Expect: 100-continue"));
        Assert.Equal("Host: a\n", Left("Expect: 100-continue", "1.0"));
        Assert.Equal("Host: a\n", Left("Expect: anything", "1.0"));
    }

    [Fact]
    public void Rule27_ResponseHopByHopAndNominated_Removed()
    {
        ResponseHead head = Wire.Response(
            "HTTP/1.1 200 OK\r\nConnection: X-Hop, Set-Cookie\r\nX-Hop: 1\r\nSet-Cookie: a=b\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\n"
            + "Upgrade: h2c\r\nTransfer-Encoding: chunked\r\nX-Forwarded-For: theirs\r\nServer: s\r\n\r\n");
        FieldRules.PrepareResponse(head);
        Assert.Equal("Set-Cookie: a=b\nX-Forwarded-For: theirs\nServer: s\n", Wire.Lines(head));
    }
}
