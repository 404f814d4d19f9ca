using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>A side that does not read holds the other one up; the proxy keeps a bounded amount.</summary>
public abstract class BackPressureTests(WireKind kind) : WireTests(kind)
{
    private long Length => (IsHostile ? 4L : 64L) * 1024 * 1024;

    /// <summary>Pipes of the proxy; on sockets the kernel's own buffers of two loopback connections besides.</summary>
    private long Bound => IsHostile ? 512 * 1024 : 40L * 1024 * 1024;

    [Fact]
    public async Task ClientThatDoesNotRead_HoldsTheBackendUp()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        await backend.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Length}\r\n\r\n");
        Sending sending = new(backend, Length);
        Assert.InRange(await sending.StalledAsync(bed), 1, Bound);
        await client.ReadHeadAsync();
        await ReceiveAsync(client, IsHostile ? 1024 * 1024 : Length);
    }

    [Fact]
    public async Task BackendThatDoesNotRead_HoldsTheClientUp()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"POST /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: {Length}\r\n\r\n");
        Sending sending = new(client, Length);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        Assert.InRange(await sending.StalledAsync(bed), 1, Bound);
        await backend.ReadHeadAsync();
        await ReceiveAsync(backend, IsHostile ? 1024 * 1024 : Length);
    }

    private static async Task ReceiveAsync(ScriptedPeer peer, long length)
    {
        for (long left = length; left > 0; left -= 64 * 1024)
        {
            await peer.ReceiveBytesAsync((int)Math.Min(left, 64 * 1024));
        }
    }

    /// <summary>A peer that sends for as long as somebody takes it.</summary>
    private sealed class Sending
    {
        private readonly byte[] _part = new byte[64 * 1024];
        private long _taken;

        public Sending(ScriptedPeer peer, long length) => Work = Task.Run(async () =>
        {
            for (; _taken < length; Volatile.Write(ref _taken, _taken + _part.Length))
            {
                await peer.SendAsync(_part);
            }
        });

        private Task Work { get; }

        /// <summary>Bytes that were taken when, over many round trips through the same proxy, no more were.</summary>
        public async Task<long> StalledAsync(WireBed bed)
        {
            ScriptedPeer other = await bed.ConnectAsync();
            long seen = -1;
            for (int quiet = 0; quiet < 20 && !Work.IsCompleted; quiet++)
            {
                // Any answer will do: it takes as long as the proxy takes for a byte to go through.
                await other.SendAsync("OPTIONS * HTTP/1.1\r\nHost: app.test\r\nExpect: 200-ok\r\n\r\n");
                await other.ReadResponseAsync();
                other.Dispose();
                other = await bed.ConnectAsync();
                long now = Volatile.Read(ref _taken);
                quiet = now == seen ? quiet : 0;
                seen = now;
            }

            return seen;
        }
    }
}

/// <inheritdoc/>
public sealed class BackPressureSocketsTests() : BackPressureTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class BackPressureHostileTests() : BackPressureTests(WireKind.Hostile);
