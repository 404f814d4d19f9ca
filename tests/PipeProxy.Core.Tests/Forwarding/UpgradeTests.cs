using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>Rules 32 and 33: upgrades and tunnels.</summary>
public abstract class UpgradeTests(WireKind kind) : WireTests(kind)
{
    private const string Upgrade = "GET /ws HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: abc\r\n\r\n";
    private const string Switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: xyz\r\n\r\n";

    [Fact]
    public async Task Rule32_Upgrade_AsksTheBackendAndTunnelsBothWays()
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, ScriptedPeer backend) = await TunnelAsync(bed);
        await client.SendAsync("up");
        await backend.ExpectAsync("up");
        await backend.SendAsync("down");
        await client.ExpectAsync("down");
        string large = Pattern(200_000);
        Task sending = client.SendAsync(large);
        await backend.ExpectAsync(large);
        await sending;
        sending = backend.SendAsync(large);
        await client.ExpectAsync(large);
        await sending;
    }

    [Fact]
    public async Task Rule32_BytesInTheSegmentOfThe101_AreNotLost()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Upgrade + "eager");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadHeadAsync();
        await backend.SendAsync(Switching + "first");
        string head = await client.ReadHeadAsync();
        Assert.Equal("websocket", WireMessages.Field(head, "Upgrade"));
        Assert.Equal("Upgrade", WireMessages.Field(head, "Connection"));
        Assert.Equal("xyz", WireMessages.Field(head, "Sec-WebSocket-Accept"));
        await client.ExpectAsync("first");
        await backend.ExpectAsync("eager");
    }

    [Fact]
    public async Task Rule33_ClientsHalfClose_IsPassedOn()
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, ScriptedPeer backend) = await TunnelAsync(bed);
        await client.SendAsync("last");
        client.ShutdownSend();
        await backend.ExpectAsync("last");
        await backend.ExpectFinAsync();
        await backend.SendAsync("still");
        await client.ExpectAsync("still");
        backend.ShutdownSend();
        await client.ExpectFinAsync();
    }

    [Fact]
    public async Task Rule33_BackendsHalfClose_IsPassedOn()
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, ScriptedPeer backend) = await TunnelAsync(bed);
        await backend.SendAsync("last");
        backend.ShutdownSend();
        await client.ExpectAsync("last");
        await client.ExpectFinAsync();
        await client.SendAsync("still");
        await backend.ExpectAsync("still");
        client.ShutdownSend();
        await backend.ExpectFinAsync();
    }

    [Fact]
    public async Task Rule33_HalfClosedTunnel_OutlivesTheGraceOfRequests()
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, ScriptedPeer backend) = await TunnelAsync(bed);
        client.ShutdownSend();
        await backend.ExpectFinAsync();
        bed.Wire.Advance(5_000);
        await backend.SendAsync("still");
        await client.ExpectAsync("still");
    }

    [Fact]
    public async Task Rule33_ResetOfOneSide_CutsTheOther()
    {
        await using WireBed bed = await StartAsync();
        (ScriptedPeer client, ScriptedPeer backend) = await TunnelAsync(bed);
        client.Abort();
        await backend.ExpectResetAsync();

        (client, backend) = await TunnelAsync(bed);
        backend.Abort();
        await client.ExpectResetAsync();
    }

    [Fact]
    public async Task Tunnel_WithoutAByteForItsTime_IsCut()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Forwarding = new() { TunnelIdleTimeout = 3_000 } });
        (ScriptedPeer client, ScriptedPeer backend) = await TunnelAsync(bed);
        Task ended = client.ExpectResetAsync();
        Assert.True(await bed.AdvanceUntilAsync(ended) >= 3_000);
        await ended;
        await backend.ExpectResetAsync();
    }

    [Fact]
    public async Task Rule32_RefusedUpgrade_IsAnOrdinaryAnswer()
    {
        await using WireBed bed = await StartAsync();
        WireServer server = bed.Serve(0, _ => Ok("plain"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Upgrade + Get);
        Assert.Equal("plain", (await client.ReadResponseAsync()).Body);
        Assert.Equal("plain", (await client.ReadResponseAsync()).Body);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(Get, Switching)]
    [InlineData(Upgrade, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n")]
    [InlineData(Upgrade, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")]
    public async Task Rule32_101ForWhatWasNotAsked_Is502(string request, string answer)
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(request);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        string head = await backend.ReadHeadAsync();
        Assert.DoesNotContain("h2c", head, StringComparison.OrdinalIgnoreCase);
        Assert.Null(WireMessages.Field(head, "HTTP2-Settings"));
        await Record.ExceptionAsync(() => backend.SendAsync(answer)); // It may be cut before its last byte.
        await backend.ExpectResetAsync();
        Assert.Equal(502, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Rule32_TunnelBytes_WaitForTheRequestBody()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("POST /ws HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: thing\r\nContent-Length: 4\r\n\r\nab");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadHeadAsync();
        await backend.SendAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: thing\r\nConnection: Upgrade\r\n\r\nhello");
        await backend.ExpectAsync("ab");
        await client.SendAsync("cdEF");
        await backend.ExpectAsync("cdEF");
        await client.ReadHeadAsync();
        await client.ExpectAsync("hello");
    }

    private static async Task<(ScriptedPeer Client, ScriptedPeer Backend)> TunnelAsync(WireBed bed)
    {
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Upgrade);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        string head = await backend.ReadHeadAsync();
        Assert.Equal("websocket", WireMessages.Field(head, "Upgrade"));
        Assert.Equal("Upgrade", WireMessages.Field(head, "Connection"));
        Assert.Equal("abc", WireMessages.Field(head, "Sec-WebSocket-Key"));
        await backend.SendAsync(Switching);
        await client.ReadHeadAsync();
        return (client, backend);
    }
}

/// <inheritdoc/>
public sealed class UpgradeSocketsTests() : UpgradeTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class UpgradeHostileTests() : UpgradeTests(WireKind.Hostile);
