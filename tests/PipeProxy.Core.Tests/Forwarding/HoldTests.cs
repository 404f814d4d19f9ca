using PipeProxy.Core.Configuration;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>Requests that nobody can take now; routes that are not there.</summary>
public abstract class HoldTests(WireKind kind) : WireTests(kind)
{
    [Fact]
    public async Task NoRouter_Is404_AndTheConnectionGoesOn()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Rule = "Host(`app.test`)" });
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: other.test\r\nContent-Length: 3\r\n\r\nabc" + Get);
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal((404, WireBed.Date.Trim()), (response.Status, "Date: " + response.Field("Date")));
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task NoRouter_ForHead_HasNoBody()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Rule = "Host(`app.test`)" });
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: other.test\r\n\r\n" + Get);
        Assert.Equal(404, (await client.ReadResponseAsync(toHead: true)).Status);
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task NoBackend_Is503WithRetryAfter_AfterTheHoldTime()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Forwarding = new() { HoldTime = 1_000 } });
        await bed.PublishAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With("POST", "abc"));
        await bed.HeldAsync(1);
        Task<WireResponse> response = client.ReadResponseAsync();
        Assert.InRange(await bed.AdvanceUntilAsync(response), 1_000, 3_000);
        Assert.Equal((503, "1"), ((await response).Status, (await response).Field("Retry-After")));

        // The connection goes on, behind the body that nobody read.
        await bed.PublishAsync(bed.Server(0));
        bed.Serve(0, _ => Ok("x"));
        await client.SendAsync(Get);
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task HeldRequest_IsReleasedByABackendThatAppears()
    {
        await using WireBed bed = await StartAsync();
        await bed.PublishAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With("POST", "abc"));
        await bed.HeldAsync(1);
        bed.Serve(0, r => Ok(r.Body));
        await bed.PublishAsync(bed.Server(0));
        Assert.Equal("abc", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task HeldRequest_IsReleasedByAPortThatOpens()
    {
        await using WireBed bed = await StartAsync();
        await bed.PublishAsync(bed.Server(0, ServerPresence.Starting));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        await bed.HeldAsync(1);
        bed.Serve(0, _ => Ok("x"));
        bed.Configuration.Report(bed.Instance(0), BackendSignal.PortOpen);
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task FullHoldQueue_Is503AtOnce()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Forwarding = new() { HoldLength = 1 } });
        await bed.PublishAsync();
        ScriptedPeer first = await bed.ConnectAsync();
        await first.SendAsync(Get);
        await bed.HeldAsync(1);
        ScriptedPeer second = await bed.ConnectAsync();
        await second.SendAsync(Get);
        Assert.Equal(503, (await second.ReadResponseAsync()).Status);
        await bed.HeldAsync(1);
    }
}

/// <inheritdoc/>
public sealed class HoldSocketsTests() : HoldTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class HoldHostileTests() : HoldTests(WireKind.Hostile);
