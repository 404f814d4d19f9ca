using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>Rules 22 and 23: persistent connections, order, 1.0 clients.</summary>
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
}

/// <inheritdoc/>
public sealed class KeepAliveSocketsTests() : KeepAliveTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class KeepAliveHostileTests() : KeepAliveTests(WireKind.Hostile);
