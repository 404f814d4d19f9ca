using System.Globalization;
using System.Text;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>Rules 22 to 24: persistent connections, order, 1.0 clients, the end.</summary>
public abstract class KeepAliveTests(WireKind kind) : WireTests(kind)
{
    [Fact]
    public async Task Get_OverKeepAlive_PassesThroughByteForByte()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET /path?q=1 HTTP/1.1\r\nHost: app.test\r\nX-One: a\r\n\r\n");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        WireRequest request = await backend.ReadRequestAsync();
        Assert.Equal("GET /path?q=1 HTTP/1.1", request.Line);
        Assert.Equal("app.test", request.Field("Host"));
        Assert.Equal("a", request.Field("X-One"));
        await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 5\r\n\r\nhello");
        await client.ExpectAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 5\r\n\r\nhello");

        await client.SendAsync(Get);
        await backend.ReadRequestAsync();
        await backend.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        await client.ExpectAsync($"HTTP/1.1 204 No Content\r\n{WireBed.Date}\r\n");
    }

    [Fact]
    public async Task Rule23_PipelinedRequests_AreAnsweredInOrder()
    {
        await using WireBed bed = await StartAsync();
        WireServer server = bed.Serve(0, r => Ok(r.Line.Split(' ')[1]));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET /a HTTP/1.1\r\nHost: app.test\r\n\r\nPOST /b HTTP/1.1\r\nHost: app.test\r\nContent-Length: 3\r\n\r\nxyzGET /c HTTP/1.1\r\nHost: app.test\r\n\r\n");
        Assert.Equal("/a", (await client.ReadResponseAsync()).Body);
        Assert.Equal("/b", (await client.ReadResponseAsync()).Body);
        Assert.Equal("/c", (await client.ReadResponseAsync()).Body);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Rule23_HundredPipelinedInOneWrite_AreAnsweredInOrder()
    {
        await using WireBed bed = await StartAsync();
        WireServer server = bed.Serve(0, r => Ok(r.Line.Split(' ')[1]));
        ScriptedPeer client = await bed.ConnectAsync();
        StringBuilder all = new();
        for (int i = 0; i < 100; i++)
        {
            all.Append(CultureInfo.InvariantCulture, $"GET /{i} HTTP/1.1\r\nHost: app.test\r\n\r\n");
        }

        await client.SendAsync(all.ToString());
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal($"/{i}", (await client.ReadResponseAsync()).Body);
        }

        Assert.Equal((100, 1), (server.Requests, server.Connections));
    }

    [Fact]
    public async Task Rule2_EmptyLinesBeforeARequest_AreSkipped()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("\r\n\r\n" + Get);
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Rule22_Close_IsAnsweredByCloseAndFin()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n");
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal("close", response.Field("Connection"));
        await client.ExpectFinAsync();
    }

    [Fact]
    public async Task Rule22_BackendThatCloses_CostsTheClientNothing()
    {
        await using WireBed bed = await StartAsync();
        WireServer server = bed.Serve(0, _ => new WireAnswer(Ok("x", "Connection: close\r\n"), Then.Close));
        ScriptedPeer client = await bed.ConnectAsync();
        for (int i = 0; i < 5; i++)
        {
            await client.SendAsync(Get);
            WireResponse response = await client.ReadResponseAsync();
            Assert.Null(response.Field("Connection"));
        }

        Assert.Equal((5, 5), (server.Requests, server.Connections));
    }

    [Fact]
    public async Task Rule22_Http10WithoutKeepAlive_EndsAfterTheAnswer()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\n\r\n");
        Assert.Equal("close", (await client.ReadResponseAsync()).Field("Connection"));
        await client.ExpectFinAsync();
    }

    [Fact]
    public async Task Rule22_Http10WithKeepAlive_IsKeptAndTold()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync("GET / HTTP/1.0\r\nHost: app.test\r\nConnection: keep-alive\r\n\r\n");
            Assert.Equal("keep-alive", (await client.ReadResponseAsync()).Field("Connection"));
        }
    }

    [Fact]
    public async Task Http10Request_ReachesTheBackendAs11()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET /old HTTP/1.0\r\nHost: app.test\r\n\r\n");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        WireRequest request = await backend.ReadRequestAsync();
        Assert.Equal("GET /old HTTP/1.1", request.Line);
        Assert.StartsWith("1.0 ", request.Field("Via"), StringComparison.Ordinal);
        await backend.SendAsync(Ok("x"));
        await client.ReadResponseAsync();
    }

    [Fact]
    public async Task Head_AnswerHasNoBody_AndItsLengthStays()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: app.test\r\n\r\n" + Get);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        Assert.Equal("HEAD / HTTP/1.1", (await backend.ReadRequestAsync()).Line);
        await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 5000\r\n\r\n");
        await client.ExpectAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 5000\r\n\r\n");
        Assert.Equal("GET / HTTP/1.1", (await backend.ReadRequestAsync()).Line);
        await backend.SendAsync(Ok("x"));
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Head_AnsweredWithChunked_HasNoBody()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, r => r.Line[0] == 'H' ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" : Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: app.test\r\n\r\n" + Get);
        await client.ReadResponseAsync(toHead: true);
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task BadHead_IsRefusedAndClosed_AndNoByteReachesABackend()
    {
        await using WireBed bed = await StartAsync();
        WireServer server = bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n" + Get);
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal((400, "close"), (response.Status, response.Field("Connection")));
        await client.ExpectFinAsync();
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task Rule10_Connect_IsRefusedAndClosed()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("CONNECT app.test:443 HTTP/1.1\r\nHost: app.test:443\r\n\r\n");
        Assert.Contains((await client.ReadResponseAsync()).Status, new[] { 405, 501 });
        await client.ExpectFinAsync();
    }
}

/// <inheritdoc/>
public sealed class KeepAliveSocketsTests() : KeepAliveTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class KeepAliveHostileTests() : KeepAliveTests(WireKind.Hostile);
