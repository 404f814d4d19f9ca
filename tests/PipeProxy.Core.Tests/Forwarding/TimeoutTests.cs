using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>The table of timeouts in the rules: what is waited for, for how long, and what is said then.</summary>
public abstract class TimeoutTests(WireKind kind) : WireTests(kind)
{
    [Fact]
    public async Task HeadTimeout_Is408()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Forwarding = new() { HeadTimeout = 1_000 } });
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HT");
        Task<WireResponse> response = client.ReadResponseAsync();
        Assert.InRange(await bed.AdvanceUntilAsync(response), 1_000, 3_000);
        Assert.Equal((408, "close"), ((await response).Status, (await response).Field("Connection")));
        await client.ExpectFinAsync();
    }

    [Fact]
    public async Task HeadTimeout_IsATotal_HoweverOftenAByteComes()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Forwarding = new() { HeadTimeout = 1_000 } });
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\n");
        Task<WireResponse> response = client.ReadResponseAsync();
        for (int i = 0; i < 30 && !response.IsCompleted; i++)
        {
            await Record.ExceptionAsync(() => client.SendAsync($"X-{i}: 1\r\n"));
            await bed.AdvanceAsync(300);
        }

        Assert.Equal(408, (await response).Status);
    }

    [Fact]
    public async Task IdleTimeout_ClosesSilently()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Forwarding = new() { IdleTimeout = 2_000 } });
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadResponseAsync();
        Task ended = client.ExpectFinAsync();
        Assert.InRange(await bed.AdvanceUntilAsync(ended), 2_000, 4_000);
        await ended;
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nhello")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    public async Task BodyTimeout_Is408_AndTheBackendIsCut(string framing)
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Forwarding = new() { BodyTimeout = 1_000 } });
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("PUT /x HTTP/1.1\r\nHost: app.test\r\n" + framing);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadHeadAsync();
        Task<WireResponse> response = client.ReadResponseAsync();
        Assert.InRange(await bed.AdvanceUntilAsync(response), 1_000, 3_000);
        Assert.Equal((408, "close"), ((await response).Status, (await response).Field("Connection")));
        await client.ExpectFinAsync();
        await backend.ExpectResetAsync();
    }

    [Fact]
    public async Task ResponseHeadTimeout_Is504()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Forwarding = new() { ResponseHeadTimeout = 1_000 } });
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With("POST", "abc"));
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        Task<WireResponse> response = client.ReadResponseAsync();
        Assert.InRange(await bed.AdvanceUntilAsync(response), 1_000, 3_000);
        Assert.Equal(504, (await response).Status);
        await backend.ExpectResetAsync();

        // The connection goes on.
        await client.SendAsync(Get);
        ScriptedPeer second = await bed.Backends[0].AcceptAsync();
        await second.ReadRequestAsync();
        await second.SendAsync(Ok("x"));
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task ResponseHeadTimeout_CountsFromTheEndOfTheRequest()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Forwarding = new() { ResponseHeadTimeout = 1_000 } });
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 2\r\n\r\na");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadHeadAsync();
        await backend.ExpectAsync("a");
        for (int i = 0; i < 8; i++)
        {
            await bed.AdvanceAsync(250);
        }

        await client.SendAsync("b");
        await backend.ExpectAsync("b");
        await backend.SendAsync(Ok("x"));
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task ResponseHeadTimeout_LeavesALongBodyAlone()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Forwarding = new() { ResponseHeadTimeout = 1_000 } });
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\n\r\na");
        await client.ExpectAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\n\r\na");
        for (int i = 0; i < 8; i++)
        {
            await bed.AdvanceAsync(500);
        }

        await backend.SendAsync("b");
        await client.ExpectAsync("b");
    }

    [Fact]
    public async Task ResponseBodyTimeout_CutsTheAnswer()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Forwarding = new() { ResponseBodyTimeout = 1_000 } });
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        await backend.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
        await client.ReadHeadAsync();
        await client.ExpectAsync("a");
        Task<(string Text, PeerEnd End)> ended = client.ReceiveToEndAsync();
        Assert.InRange(await bed.AdvanceUntilAsync(ended), 1_000, 3_000);
        Assert.Equal("", (await ended).Text);
        await backend.ExpectResetAsync();
    }

    [Fact]
    public async Task ClientThatTakesNoByte_IsCut()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Forwarding = new() { ClientWriteTimeout = 2_000 } });
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        await backend.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
        byte[] part = new byte[64 * 1024];
        Task sending = Task.Run(async () =>
        {
            while (true)
            {
                await backend.SendAsync(part);
            }
        });
        await bed.AdvanceUntilAsync(sending);
        await Assert.ThrowsAnyAsync<Exception>(() => sending);
        await client.ExpectResetAsync();
    }
}

/// <inheritdoc/>
public sealed class TimeoutSocketsTests() : TimeoutTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class TimeoutHostileTests() : TimeoutTests(WireKind.Hostile);
