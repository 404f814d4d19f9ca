using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>Rules 20, 35 and 36: connections to backends that are kept.</summary>
public abstract class PoolTests(WireKind kind) : WireTests(kind)
{
    [Fact]
    public async Task Rule35_StaleConnection_IsRepeatedOnceOnAFreshOneToTheSameBackend()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 2, Sticky = new() { Name = "s" } });
        string get = $"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n";
        (ScriptedPeer client, ScriptedPeer first) = await PooledAsync(bed, get);
        await client.SendAsync(get);
        await first.ReadRequestAsync();
        first.Dispose();
        ScriptedPeer second = await bed.Backends[0].AcceptAsync();
        await second.ReadRequestAsync();
        await second.SendAsync(Ok("fresh"));
        Assert.Equal("fresh", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Rule35_StaleConnectionThatResets_IsRepeatedWithItsBody()
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, ScriptedPeer first) = await PooledAsync(bed, Get);
        await client.SendAsync(With("PUT", "hello"));
        await first.ReadRequestAsync();
        first.Abort();
        ScriptedPeer second = await bed.Backends[0].AcceptAsync();
        Assert.Equal("hello", (await second.ReadRequestAsync()).Body);
        await second.SendAsync(Ok("fresh"));
        Assert.Equal("fresh", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Rule35_FreshConnectionThatFailsToo_IsAFailureOfTheBackend()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 2, Sticky = new() { Name = "s" } });
        string get = $"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n";
        (ScriptedPeer client, ScriptedPeer first) = await PooledAsync(bed, get);
        await client.SendAsync(get);
        await first.ReadRequestAsync();
        first.Dispose();
        ScriptedPeer second = await bed.Backends[0].AcceptAsync();
        await second.ReadRequestAsync();
        second.Dispose();
        ScriptedPeer other = await bed.Backends[1].AcceptAsync();
        await other.ReadRequestAsync();
        await other.SendAsync(Ok("other"));
        Assert.Equal("other", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Rule35_PostOnAStaleConnection_IsNotRepeated()
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, ScriptedPeer first) = await PooledAsync(bed, Get);
        await client.SendAsync(With("POST", "hello"));
        await first.ReadRequestAsync();
        first.Dispose();
        Assert.Equal(502, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Rule36_ConnectionThatTheBackendHasClosed_IsNotUsed()
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, ScriptedPeer first) = await PooledAsync(bed, Get);
        first.ShutdownSend();
        await first.ReceiveToEndAsync();
        await client.SendAsync(With("POST", "hello"));
        ScriptedPeer second = await bed.Backends[0].AcceptAsync();
        await second.ReadRequestAsync();
        await second.SendAsync(Ok("x"));
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Rule36_Post_TakesOnlyAConnectionThatWasJustUsed()
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, ScriptedPeer first) = await PooledAsync(bed, Get);
        await client.SendAsync(With("POST", "a"));
        await first.ReadRequestAsync();
        await first.SendAsync(Ok("1"));
        await client.ReadResponseAsync();
        await bed.PooledAsync(0, 1);

        await bed.AdvanceAsync(1_100);
        await client.SendAsync(With("POST", "b"));
        ScriptedPeer second = await bed.Backends[0].AcceptAsync();
        await second.ReadRequestAsync();
        await second.SendAsync(Ok("2"));
        Assert.Equal("2", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Rule36_BodyThatMayNotBeReplayed_TakesOnlyAConnectionThatWasJustUsed()
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, _) = await PooledAsync(bed, Get);
        await bed.AdvanceAsync(1_100);
        string body = Pattern(100_000);
        Task sending = client.SendAsync(With("PUT", body));
        ScriptedPeer second = await bed.Backends[0].AcceptAsync();
        Assert.Equal(body, (await second.ReadRequestAsync()).Body);
        await second.SendAsync(Ok("2"));
        Assert.Equal("2", (await client.ReadResponseAsync()).Body);
        await sending;
    }

    [Fact]
    public async Task Rule36_Get_TakesAConnectionUpToItsLimit()
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, ScriptedPeer first) = await PooledAsync(bed, Get);
        await bed.AdvanceAsync(3_800);
        await client.SendAsync(Get);
        await first.ReadRequestAsync();
        await first.SendAsync(Ok("1"));
        await client.ReadResponseAsync();
    }

    [Fact]
    public async Task Rule36_IdleForFourSeconds_IsClosedByAFin()
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, ScriptedPeer first) = await PooledAsync(bed, Get);
        Task ended = first.ExpectFinAsync();
        int waited = await bed.AdvanceUntilAsync(ended);
        await ended;
        Assert.InRange(waited, 4_000, 6_000);
        await client.SendAsync(Get);
        ScriptedPeer second = await bed.Backends[0].AcceptAsync();
        await second.ReadRequestAsync();
        await second.SendAsync(Ok("x"));
        await client.ReadResponseAsync();
    }

    [Theory]
    [InlineData("3", 2_000)]
    [InlineData("3000000", 4_000)]
    public async Task Rule36_BackendsOwnTimeout_IsKeptLessASecond(string timeout, int idle)
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, ScriptedPeer first) = await PooledAsync(bed, Get, $"Keep-Alive: timeout={timeout}\r\n");
        Task ended = first.ExpectFinAsync();
        int waited = await bed.AdvanceUntilAsync(ended);
        await ended;
        Assert.InRange(waited, idle, idle + 2_000);
    }

    [Fact]
    public async Task Rule36_TimeoutOfASecond_IsNotKept()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => Ok("x", "Keep-Alive: timeout=1\r\n"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Null((await client.ReadResponseAsync()).Field("Keep-Alive"));
        await bed.UntilAsync(() => bed.Runtime(0).OpenCount == 0, "the connection is closed");
    }

    [Fact]
    public async Task Rule20_BytesBehindAResponse_AreNeverAResponse()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer first = await bed.Backends[0].AcceptAsync();
        await first.ReadRequestAsync();
        await first.SendAsync(Ok("one") + Ok("smuggled"));
        Assert.Equal("one", (await client.ReadResponseAsync()).Body);
        await client.SendAsync(Get);
        ScriptedPeer second = await bed.Backends[0].AcceptAsync();
        await second.ReadRequestAsync();
        await second.SendAsync(Ok("two"));
        Assert.Equal("two", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Rule20_BytesOnAnIdleConnection_AreNeverAResponse()
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, ScriptedPeer first) = await PooledAsync(bed, Get);
        await first.SendAsync("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
        if (!IsHostile)
        {
            // What has been sent on the loopback has been received.
            await first.SendAsync("x");
        }

        await client.SendAsync(Get);
        ScriptedPeer second = await bed.Backends[0].AcceptAsync();
        await second.ReadRequestAsync();
        await second.SendAsync(Ok("two"));
        Assert.Equal("two", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task UpstreamConnection_WhoseBackendWantsItClosed_EndsByAFin()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer first = await bed.Backends[0].AcceptAsync();
        await first.ReadRequestAsync();
        await first.SendAsync(Ok("x", "Connection: close\r\n"));
        await client.ReadResponseAsync();
        await first.ExpectFinAsync();
    }

    /// <summary>A client whose request was answered, and the connection to the backend that now lies idle.</summary>
    private static async Task<(ScriptedPeer Client, ScriptedPeer Backend)> PooledAsync(WireBed bed, string request, string fields = "")
    {
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(request);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        await backend.SendAsync(Ok("pooled", fields));
        Assert.Equal("pooled", (await client.ReadResponseAsync()).Body);
        await bed.PooledAsync(0, 1);
        return (client, backend);
    }
}

/// <inheritdoc/>
public sealed class PoolSocketsTests() : PoolTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class PoolHostileTests() : PoolTests(WireKind.Hostile);
