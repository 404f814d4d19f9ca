using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>Rules 26 to 30, and 9 to 12: what is added to and taken from a message on its way.</summary>
public abstract class FieldTests(WireKind kind) : WireTests(kind)
{
    [Fact]
    public async Task Rule27_HopByHopFields_OfARequestDoNotPass()
    {
        await using WireBed bed = await StartAsync();
        WireRequest request = await AskAsync(bed, "GET / HTTP/1.1\r\nHost: app.test\r\nConnection: keep-alive, X-Hop\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nX-Hop: 1\r\nTE: gzip\r\nX-Stays: 1\r\n\r\n");
        foreach (string name in (string[])["Connection", "Keep-Alive", "Proxy-Connection", "X-Hop", "TE", "Upgrade", "Transfer-Encoding"])
        {
            Assert.Empty(request.Fields(name));
        }

        Assert.Equal("1", request.Field("X-Stays"));
    }

    [Fact]
    public async Task Rule27_HopByHopFields_OfAResponseDoNotPass()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => Ok("x", "Connection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-Stays: 1\r\nUpgrade: h2c\r\n"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        await client.ExpectAsync("HTTP/1.1 200 OK\r\nDate: now\r\nX-Stays: 1\r\nContent-Length: 1\r\n\r\nx");
    }

    [Fact]
    public async Task Rule28_Via_IsAddedToRequests_BehindOthers()
    {
        await using WireBed bed = await StartAsync();
        WireRequest request = await AskAsync(bed, "GET / HTTP/1.1\r\nHost: app.test\r\nVia: 1.1 first\r\n\r\n");
        Assert.Equal(["1.1 first", bed.Via[5..].Trim()], request.Fields("Via"));
    }

    [Fact]
    public async Task Rule28_Date_IsAddedWhereItLacks()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        await client.ExpectAsync($"HTTP/1.1 200 OK\r\n{WireBed.Date}Content-Length: 0\r\n\r\n");
    }

    [Fact]
    public async Task Rule29_ForwardingFields_OfAnUntrustedPeerAreReplaced()
    {
        await using WireBed bed = await StartAsync();
        WireRequest request = await AskAsync(bed, "GET / HTTP/1.1\r\nHost: app.test:8081\r\nX-Forwarded-For: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nX-Forwarded-Prefix: /evil\r\nX-Real-Ip: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Forwarded-Proto: https\r\n\r\n");
        Assert.DoesNotContain("6.6.6.6", request.Head, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", request.Head, StringComparison.Ordinal);
        Assert.Equal("http", request.Field("X-Forwarded-Proto"));
        Assert.Equal("app.test:8081", request.Field("X-Forwarded-Host"));
        Assert.Equal("8081", request.Field("X-Forwarded-Port"));
        Assert.Equal(Environment.MachineName, request.Field("X-Forwarded-Server"));
        string peer = IsHostile ? "192.0.2.7" : "127.0.0.1";
        Assert.Equal((peer, peer), (request.Field("X-Forwarded-For"), request.Field("X-Real-Ip")));
    }

    [Fact]
    public async Task Rule29_ForwardingFields_OfATrustedPeerAreCarriedOn()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { TrustsEverybody = true });
        WireRequest request = await AskAsync(bed, "GET / HTTP/1.1\r\nHost: app.test\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\n\r\n");
        Assert.Equal("https", request.Field("X-Forwarded-Proto"));
        Assert.StartsWith("6.6.6.6, ", request.Field("X-Forwarded-For"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rule9_AbsoluteForm_ReplacesHostAndIsForwardedAsOrigin()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Rule = "Host(`app.test`)" });
        WireRequest request = await AskAsync(bed, "GET http://app.test/p?q HTTP/1.1\r\nHost: other.test\r\n\r\n");
        Assert.Equal(("GET /p?q HTTP/1.1", "app.test"), (request.Line, request.Field("Host")));
    }

    [Fact]
    public async Task Rule12_RequestThatComesBack_Is508()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.Via}\r\n");
        Assert.Equal(508, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task PassHostHeaderOff_SendsTheBackendsOwnAddress()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { PassHostHeader = false });
        WireRequest request = await AskAsync(bed, Get);
        Assert.Equal(bed.Backends[0].EndPoint.ToString(), request.Field("Host"));
        Assert.Equal("app.test", request.Field("X-Forwarded-Host"));
    }

    [Fact]
    public async Task Rule5_BytesOver7F_PassUnchanged()
    {
        await using WireBed bed = await StartAsync();
        WireRequest request = await AskAsync(bed, "GET / HTTP/1.1\r\nHost: app.test\r\nX-Name: J\u00F6rg\r\n\r\n");
        Assert.Equal("J\u00F6rg", request.Field("X-Name"));
    }

    private static async Task<WireRequest> AskAsync(WireBed bed, string text)
    {
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(text);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        WireRequest request = await backend.ReadRequestAsync();
        await backend.SendAsync(Ok("x"));
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        return request;
    }
}

/// <inheritdoc/>
public sealed class FieldSocketsTests() : FieldTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class FieldHostileTests() : FieldTests(WireKind.Hostile);
