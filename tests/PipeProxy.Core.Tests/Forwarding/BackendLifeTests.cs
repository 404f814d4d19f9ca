using PipeProxy.Core.Configuration;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>What a change of the backend set does to requests under way and connections that lie idle.</summary>
public abstract class BackendLifeTests(WireKind kind) : WireTests(kind)
{
    private static readonly WireBedOptions s_two = new() { Backends = 2, Sticky = new() { Name = "s" } };

    [Theory]
    [InlineData(null)]
    [InlineData(ServerPresence.Paused)]
    public async Task Gone_WaitingGet_IsRerouted(ServerPresence? now)
    {
        await using WireBed bed = await StartAsync(s_two);
        bed.Serve(1, _ => Ok("second"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n");
        ScriptedPeer first = await bed.Backends[0].AcceptAsync();
        await first.ReadRequestAsync();
        await EnterAsync(bed, now);
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal("second", response.Body);
        Assert.StartsWith("s=" + WireBed.CookieValueOf(bed.Server(1)), response.Field("Set-Cookie"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ServerPresence.Paused)]
    public async Task Gone_WaitingGetOnAKeptConnection_IsReroutedAndNotRepeatedThere(ServerPresence? now)
    {
        await using WireBed bed = await StartAsync(s_two);
        bed.Serve(1, _ => Ok("second"));
        string get = $"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n";
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(get);
        ScriptedPeer first = await bed.Backends[0].AcceptAsync();
        await first.ReadRequestAsync();
        await first.SendAsync(Ok("first"));
        await client.ReadResponseAsync();
        await client.SendAsync(get);
        await first.ReadRequestAsync();
        await EnterAsync(bed, now);
        // A frozen container's kernel accepts connections: a repeat there would wait for ever.
        Assert.Equal("second", (await client.ReadResponseAsync()).Body);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ServerPresence.Paused)]
    public async Task Gone_WaitingPost_Is502(ServerPresence? now)
    {
        await using WireBed bed = await StartAsync(s_two);
        WireServer other = bed.Serve(1, _ => Ok("second"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With("POST", "abc", bed.CookieOf(0)));
        ScriptedPeer first = await bed.Backends[0].AcceptAsync();
        await first.ReadRequestAsync();
        await EnterAsync(bed, now);
        Assert.Equal(502, (await client.ReadResponseAsync()).Status);
        Assert.Equal(0, other.Requests);
    }

    [Fact]
    public async Task Die_WhatWasReceived_IsDelivered()
    {
        await using WireBed bed = await StartAsync(s_two);
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n");
        ScriptedPeer first = await bed.Backends[0].AcceptAsync();
        await first.ReadRequestAsync();
        await first.SendAsync(Ok("whole"));
        await first.SendAsync("");
        if (IsHostile)
        {
            // In memory nothing tells when bytes have crossed.
            Assert.Equal("whole", (await client.ReadResponseAsync()).Body);
        }

        await EnterAsync(bed, null);
        if (!IsHostile)
        {
            Assert.Equal("whole", (await client.ReadResponseAsync()).Body);
        }
    }

    [Fact]
    public async Task Die_BodyThatTheEndFrames_IsCutAndNotCompleted()
    {
        await using WireBed bed = await StartAsync(s_two);
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n");
        ScriptedPeer first = await bed.Backends[0].AcceptAsync();
        await first.ReadRequestAsync();
        await first.SendAsync("HTTP/1.1 200 OK\r\n\r\nhello");
        await client.ReadHeadAsync();
        await EnterAsync(bed, null);
        Assert.DoesNotContain("0\r\n\r\n", (await client.ReceiveToEndAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Die_ConnectionThatIsMadeTooLate_DoesNotHang()
    {
        await using WireBed bed = await StartAsync(s_two);
        Core.Forwarding.BackendRuntime runtime = bed.Runtime(0);
        await bed.PublishAsync(bed.Server(1));
        Core.Transport.Connection connection = await bed.Wire.Worker.ConnectAsync(bed.Backends[0].EndPoint, 1_000);
        Core.Forwarding.UpstreamConnection upstream = runtime.Adopt(connection);
        Assert.True((await connection.Input.ReadAsync()).IsCompleted);
        upstream.Close();
    }

    [Fact]
    public async Task Draining_InFlightFinishes_AndIdleConnectionsClose()
    {
        await using WireBed bed = await StartAsync(s_two);
        WireServer other = bed.Serve(1, _ => Ok("second"));
        string get = $"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n";
        ScriptedPeer one = await bed.ConnectAsync();
        ScriptedPeer two = await bed.ConnectAsync();
        await one.SendAsync(get);
        ScriptedPeer busy = await bed.Backends[0].AcceptAsync();
        await busy.ReadRequestAsync();
        await two.SendAsync(get);
        ScriptedPeer idle = await bed.Backends[0].AcceptAsync();
        await idle.ReadRequestAsync();
        await idle.SendAsync(Ok("x"));
        await two.ReadResponseAsync();
        await bed.PooledAsync(0, 1);

        await EnterAsync(bed, ServerPresence.Draining);
        await idle.ExpectFinAsync();
        await two.SendAsync(get);
        Assert.Equal("second", (await two.ReadResponseAsync()).Body);
        await busy.SendAsync(Ok("finished"));
        Assert.Equal("finished", (await one.ReadResponseAsync()).Body);
        await busy.ExpectFinAsync();
        Assert.Equal(1, other.Requests);
    }

    [Fact]
    public async Task Draining_TheOnlyOneLeft_IsStillAsked()
    {
        await using WireBed bed = await StartAsync();
        await bed.PublishAsync(bed.Server(0, ServerPresence.Draining));
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Untouched_Backend_KeepsItsConnections()
    {
        await using WireBed bed = await StartAsync(s_two);
        WireServer first = bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        for (int i = 0; i < 4; i++)
        {
            await client.SendAsync($"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n");
            await client.ReadResponseAsync();
            await bed.PooledAsync(0, 1);
            await bed.PublishAsync(i % 2 == 0 ? [bed.Server(0)] : [bed.Server(0), bed.Server(1)]);
        }

        Assert.Equal((4, 1), (first.Requests, first.Connections));
    }

    /// <summary>Publishes backend 0 in this state, or without it; backend 1 stays.</summary>
    private static Task EnterAsync(WireBed bed, ServerPresence? presence) =>
        presence is { } p ? bed.PublishAsync(bed.Server(0, p), bed.Server(1)) : bed.PublishAsync(bed.Server(1));
}

/// <inheritdoc/>
public sealed class BackendLifeSocketsTests() : BackendLifeTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class BackendLifeHostileTests() : BackendLifeTests(WireKind.Hostile);
