using PipeProxy.Core.Configuration;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>Rules 24 and 25: clients that leave, wholly or by half.</summary>
public abstract class ClientGoneTests(WireKind kind) : WireTests(kind)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rule25_ClientThatLeaves_CancelsItsAttemptWithinTheGrace(bool byReset)
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        if (byReset)
        {
            client.Abort();
        }
        else
        {
            client.Dispose();
        }

        Task ended = backend.ExpectResetAsync();
        int waited = await bed.AdvanceUntilAsync(ended);
        await ended;
        Assert.InRange(waited, 1_000, 4_000);
    }

    [Fact]
    public async Task Rule25_ClientThatLeaves_NeverGetsItsRequestRepeated()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 2, Sticky = new() { Name = "s" } });
        WireServer other = bed.Serve(1, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        client.Abort();
        Task ended = backend.ExpectResetAsync();
        await bed.AdvanceUntilAsync(ended);
        await ended;
        await bed.UntilAsync(() => bed.Plane.ConnectionCount == 0, "the client's connection has ended");
        Assert.Equal(0, other.Requests);
    }

    [Fact]
    public async Task HalfClosedClient_StillGetsItsAnswer()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        client.ShutdownSend();
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        bed.Wire.Advance(500);
        await backend.SendAsync(Ok("late"));
        Assert.Equal("late", (await client.ReadResponseAsync()).Body);
        await client.ExpectFinAsync();
    }

    [Fact]
    public async Task HalfClosedClient_StillGetsAllItsPipelinedAnswers()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, r => Ok(r.Line.Split(' ')[1]));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET /1 HTTP/1.1\r\nHost: app.test\r\n\r\nGET /2 HTTP/1.1\r\nHost: app.test\r\n\r\nPUT /3 HTTP/1.1\r\nHost: app.test\r\nContent-Length: 3\r\n\r\nabc");
        client.ShutdownSend();
        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal($"/{i}", (await client.ReadResponseAsync()).Body);
        }

        await client.ExpectFinAsync();
    }

    [Fact]
    public async Task HalfClosedClient_WhoseAnswerFlows_IsNotCut()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        client.ShutdownSend();
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 5\r\n\r\n");
        await client.ExpectAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 5\r\n\r\n");
        foreach (char c in "hello")
        {
            bed.Wire.Advance(600);
            await backend.SendAsync(c.ToString());
            await client.ExpectAsync(c.ToString());
        }

        await client.ExpectFinAsync();
    }

    [Fact]
    public async Task HalfClosedClient_ThatReadsSlowly_IsNotCut()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        client.ShutdownSend();
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        int parts = IsHostile ? 16 : 1024;
        byte[] part = new byte[64 * 1024];
        await backend.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {parts * part.Length}\r\n\r\n");
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < parts; i++)
            {
                await backend.SendAsync(part);
            }
        });
        await client.ReadHeadAsync();
        for (int i = 0; i < parts; i++)
        {
            if (i == parts / 4)
            {
                // It takes nothing for four times the grace.
                await AdvanceAsync(bed, steps: 16);
            }

            await client.ReceiveBytesAsync(part.Length);
        }

        await sending;
        await client.ExpectFinAsync();
    }

    [Fact]
    public async Task Rule24_RequestAfterClose_DoesNotDestroyTheAnswer()
    {
        await using WireBed bed = await StartAsync();
        string body = Pattern(50_000);
        bed.Serve(0, _ => Ok(body));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n" + Get + Get);
        Assert.Equal(body, (await client.ReadResponseAsync()).Body);
        await client.SendAsync(Get);
        await client.ExpectFinAsync();
    }

    [Fact]
    public async Task Rule24_Lingering_EndsAfterItsTime()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n");
        await client.ReadResponseAsync();
        await client.ExpectFinAsync();
        Task gone = bed.UntilAsync(() => bed.Plane.ConnectionCount == 0, "the connection has ended");
        Assert.InRange(await bed.AdvanceUntilAsync(gone), 2_000, 4_000);
        await gone;
    }

    [Fact]
    public async Task Rule24_SlowReaderOfALastAnswer_GetsAllOfIt()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        byte[] part = new byte[64 * 1024];
        int parts = IsHostile ? 4 : 512;
        await backend.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {(long)parts * part.Length}\r\nConnection: close\r\n\r\n");
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < parts; i++)
            {
                await backend.SendAsync(part);
            }
        });
        await client.ReadHeadAsync();
        // As much as it takes for the proxy to have nothing left to read; then nothing for longer than it lingers.
        const int Piece = 4096;
        int left = parts * part.Length;
        while (left > Piece && !(sending.IsCompleted && bed.Runtime(0).OpenCount == 0))
        {
            await client.ReceiveBytesAsync(Piece);
            left -= Piece;
        }

        await sending;
        await bed.UntilAsync(() => bed.Runtime(0).OpenCount == 0, "the answer is with the client's connection");
        await AdvanceAsync(bed, steps: 12);
        await client.ReceiveBytesAsync(left);
        await client.ExpectFinAsync();
    }

    [Fact]
    public async Task HeldClientThatLeaves_IsRemovedAtOnce()
    {
        await using WireBed bed = await StartAsync();
        await bed.PublishAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        await bed.HeldAsync(1);
        client.Dispose();
        await bed.HeldAsync(0);
        await bed.UntilAsync(() => bed.Plane.ConnectionCount == 0, "the connection has ended");
    }

    /// <summary>Moves time on in steps of 250 ms, each seen by the worker.</summary>
    private static async Task AdvanceAsync(WireBed bed, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            await bed.AdvanceAsync(250);
        }
    }
}

/// <inheritdoc/>
public sealed class ClientGoneSocketsTests() : ClientGoneTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class ClientGoneHostileTests() : ClientGoneTests(WireKind.Hostile);
