using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>The whole proxy stops: nobody who is being served loses by it.</summary>
public abstract class DrainTests(WireKind kind) : WireTests(kind)
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Drain_IdleConnections_CloseAfterASecond()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer fresh = await bed.ConnectAsync();
        ScriptedPeer used = await bed.ConnectAsync();
        await used.SendAsync(Get);
        await used.ReadResponseAsync();
        Task drained = bed.Plane.DrainAsync(s_long);
        Assert.InRange(await bed.AdvanceUntilAsync(Task.WhenAll(fresh.ExpectFinAsync(), used.ExpectFinAsync())), 1_000, 3_000);
        fresh.Dispose();
        used.Dispose();
        await drained;
    }

    [Fact]
    public async Task Drain_RequestUnderWay_FinishesWithClose()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        Task drained = bed.Plane.DrainAsync(s_long);
        await backend.SendAsync(Ok("x"));
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal(("x", "close"), (response.Body, response.Field("Connection")));
        await client.ExpectFinAsync();
        client.Dispose();
        await drained;
    }

    [Fact]
    public async Task Drain_RequestThatComesInTime_IsServed()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadResponseAsync();
        Task drained = bed.Plane.DrainAsync(s_long);
        await client.SendAsync(Get);
        Assert.Equal("close", (await client.ReadResponseAsync()).Field("Connection"));
        await client.ExpectFinAsync();
        client.Dispose();
        await drained;
    }

    [Fact]
    public async Task Drain_AnswerWhoseHeadHasGone_IsFinished()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\n\r\na");
        await client.ExpectAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\n\r\na");
        Task drained = bed.Plane.DrainAsync(s_long);
        await backend.SendAsync("b");
        await client.ExpectAsync("b");
        Task ended = client.ExpectFinAsync();
        await bed.AdvanceUntilAsync(ended);
        await ended;
        client.Dispose();
        await drained;
    }

    [Fact]
    public async Task Drain_Deadline_CutsWhatIsLeft()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        await bed.Plane.DrainAsync(TimeSpan.Zero);
        await client.ExpectResetAsync();
        Assert.Equal(0, bed.Plane.ConnectionCount);
        await backend.ExpectResetAsync();
    }
}

/// <inheritdoc/>
public sealed class DrainSocketsTests() : DrainTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class DrainHostileTests() : DrainTests(WireKind.Hostile);
