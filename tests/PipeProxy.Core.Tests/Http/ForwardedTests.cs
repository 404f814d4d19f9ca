using PipeProxy.Core.Http;

namespace PipeProxy.Core.Tests.Http;

/// <summary>Rule 29: the forwarding fields, as Traefik v3 sets them.</summary>
public sealed class ForwardedTests
{
    private static RequestHead Prepared(string fields, bool trusted, bool tls = false, string host = "app.local")
    {
        RequestHead head = Wire.Request($"GET / HTTP/1.1\r\nHost: {host}\r\n{fields}{(fields.Length == 0 ? "" : "\r\n")}\r\n");
        ForwardedFacts facts = new()
        {
            ClientAddress = "203.0.113.7"u8,
            PeerIsTrusted = trusted,
            IsTls = tls,
            LocalPort = 8000,
            ServerName = "proxy-1"u8,
            ViaPseudonym = "pp"u8,
        };
        Assert.Null(FieldRules.PrepareRequest(head, facts));
        return head;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rule29_NothingSent_AllSet(bool trusted) =>
        Assert.Equal(
            "Host: app.local\nX-Forwarded-For: 203.0.113.7\nX-Real-Ip: 203.0.113.7\nX-Forwarded-Host: app.local\n"
            + "X-Forwarded-Proto: http\nX-Forwarded-Port: 80\nX-Forwarded-Server: proxy-1\n",
            Wire.Lines(Prepared("", trusted)));

    [Theory]
    [InlineData("X-Forwarded-For: 1.1.1.1")]
    [InlineData("x-forwarded-for: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2")]
    [InlineData("X-Forwarded-Host: evil")]
    [InlineData("X-Forwarded-Port: 1")]
    [InlineData("X-Forwarded-Proto: https")]
    [InlineData("X-Forwarded-Server: evil")]
    [InlineData("X-Forwarded-Prefix: /evil")]
    [InlineData("X-Forwarded-Uri: /evil")]
    [InlineData("X-Forwarded-Method: EVIL")]
    [InlineData("X-Forwarded-Tls-Client-Cert: evil")]
    [InlineData("X-Forwarded-Tls-Client-Cert-Info: evil")]
    [InlineData("X-Forwarded-Ssl: on")]
    [InlineData("X-Forwarded-Scheme: https")]
    [InlineData("X-Forwarded: for=evil")]
    [InlineData("X-Scheme: https")]
    [InlineData("X-Real-Ip: 1.1.1.1")]
    [InlineData("Forwarded: for=1.1.1.1")]
    [InlineData("X_Forwarded_For: 1.1.1.1")]
    [InlineData("x_forwarded-for: 1.1.1.1")]
    [InlineData("X-Forwarded_Proto: https")]
    [InlineData("X_FORWARDED_TLS_CLIENT_CERT: evil")]
    [InlineData("X_Real_Ip: 1.1.1.1")]
    [InlineData("X-Real_IP: 1.1.1.1")]
    public void Rule29_UntrustedPeer_WhatItSentIsRemoved(string fields) =>
        Assert.Equal(Wire.Lines(Prepared("", false)), Wire.Lines(Prepared(fields, false)));

    [Theory]
    [InlineData("X_Forwarded_For: 1.1.1.1")]
    [InlineData("X_Real-Ip: 1.1.1.1")]
    [InlineData("X-Forwarded_Proto: https")]
    public void Rule29_TrustedPeer_UnderscoreSpellingsAreRemovedToo(string fields) =>
        Assert.Equal(Wire.Lines(Prepared("", true)), Wire.Lines(Prepared(fields, true)));

    [Theory]
    [InlineData("X-Forwardedly: 1")]
    [InlineData("X-Real-Ips: 1")]
    [InlineData("X-Forward: 1")]
    [InlineData("XForwarded-For: 1")]
    [InlineData("X-Request-Id: 1")]
    public void Rule29_OtherNames_Stay(string fields) => Assert.Contains(fields + "\n", Wire.Lines(Prepared(fields, false)));

    [Theory]
    [InlineData("X-Forwarded-For: 1.1.1.1", "1.1.1.1, 203.0.113.7")]
    [InlineData("X-Forwarded-For: 1.1.1.1, 2.2.2.2", "1.1.1.1, 2.2.2.2, 203.0.113.7")]
    [InlineData("X-Forwarded-For: 1.1.1.1\r\nA: b\r\nx-forwarded-for: 2.2.2.2", "1.1.1.1, 2.2.2.2, 203.0.113.7")]
    [InlineData("X-Forwarded-For:", "203.0.113.7")]
    public void Rule29_TrustedPeer_AddressAppendedLinesFolded(string fields, string expected) =>
        Assert.Equal(expected, Wire.Values(Prepared(fields, true), "X-Forwarded-For"));

    [Theory]
    [InlineData("X-Real-Ip: 1.1.1.1", "X-Real-Ip")]
    [InlineData("X-Forwarded-Host: other", "X-Forwarded-Host")]
    [InlineData("X-Forwarded-Port: 444", "X-Forwarded-Port")]
    [InlineData("X-Forwarded-Proto: https", "X-Forwarded-Proto")]
    [InlineData("X-Forwarded-Prefix: /p", "X-Forwarded-Prefix")]
    [InlineData("X-Forwarded-Uri: /u", "X-Forwarded-Uri")]
    [InlineData("X-Forwarded-Method: PUT", "X-Forwarded-Method")]
    [InlineData("Forwarded: for=1.1.1.1", "Forwarded")]
    [InlineData("X-Forwarded-Tls-Client-Cert: c", "X-Forwarded-Tls-Client-Cert")]
    public void Rule29_TrustedPeer_WhatItSentStays(string fields, string name) =>
        Assert.Equal(fields.Split(": ")[1], Wire.Values(Prepared(fields, true), name));

    [Fact]
    public void Rule29_TrustedPeer_ServerIsAlwaysOurs() =>
        Assert.Equal("proxy-1", Wire.Values(Prepared("X-Forwarded-Server: other", true), "X-Forwarded-Server"));

    [Theory]
    [InlineData("", false, "http", "80")]
    [InlineData("", true, "https", "443")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket", false, "ws", "80")]
    [InlineData("Connection: Upgrade\r\nUpgrade: WebSocket", true, "wss", "443")]
    [InlineData("Connection: Upgrade\r\nUpgrade: foo", false, "http", "80")]
    public void Rule29_ProtoAndPort_BySchemeAndUpgrade(string fields, bool tls, string proto, string port)
    {
        RequestHead head = Prepared(fields, false, tls);
        Assert.Equal(proto, Wire.Values(head, "X-Forwarded-Proto"));
        Assert.Equal(port, Wire.Values(head, "X-Forwarded-Port"));
    }

    [Theory]
    [InlineData("X-Forwarded-Proto: https", "443")]
    [InlineData("X-Forwarded-Proto: wss", "443")]
    [InlineData("X-Forwarded-Proto: http", "80")]
    public void Rule29_TrustedProto_DecidesThePort(string fields, string port) =>
        Assert.Equal(port, Wire.Values(Prepared(fields, true), "X-Forwarded-Port"));

    [Theory]
    [InlineData("app.local:8080", "8080")]
    [InlineData("[::1]:81", "81")]
    [InlineData("[::1]", "80")]
    public void Rule29_PortOfHost_Wins(string host, string port)
    {
        RequestHead head = Prepared("", false, host: host);
        Assert.Equal(port, Wire.Values(head, "X-Forwarded-Port"));
        Assert.Equal(host, Wire.Values(head, "X-Forwarded-Host"));
    }

    [Fact]
    public void Rule29_AbsoluteForm_ItsAuthorityIsTheHost()
    {
        RequestHead head = Wire.Request("GET http://b:81/ HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Null(FieldRules.PrepareRequest(head, new ForwardedFacts { ClientAddress = "1.2.3.4"u8 }));
        Assert.Equal("b:81", Wire.Values(head, "X-Forwarded-Host"));
        Assert.Equal("81", Wire.Values(head, "X-Forwarded-Port"));
    }

    [Fact]
    public void Rule29_Http10WithoutHost_LocalPortAndNoHost()
    {
        RequestHead head = Wire.Request("GET / HTTP/1.0\r\n\r\n");
        Assert.Null(FieldRules.PrepareRequest(head, new ForwardedFacts { ClientAddress = "::1"u8, LocalPort = 8000 }));
        Assert.Null(Wire.Values(head, "X-Forwarded-Host"));
        Assert.Equal("8000", Wire.Values(head, "X-Forwarded-Port"));
        Assert.Equal("::1", Wire.Values(head, "X-Forwarded-For"));
    }
}
