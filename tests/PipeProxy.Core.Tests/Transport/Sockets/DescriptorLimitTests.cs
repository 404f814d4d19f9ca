using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using PipeProxy.Core.Transport;
using PipeProxy.Core.Transport.Sockets;

namespace PipeProxy.Core.Tests.Transport.Sockets;

/// <summary>With the process out of descriptors. Alone: everybody here is out of them.</summary>
[Collection("alone")]
public sealed partial class DescriptorLimitTests
{
    private const int NoFile = 7;

    [Fact]
    public async Task Accept_OutOfDescriptors_RestsTellsOnceAndGoesOn()
    {
        var clock = new ManualClock();
        using var transport = new SocketsTransport(clock);
        await using SocketsListener listener = transport.Bind(new ListenAddress(IPAddress.Loopback, 0));
        using SocketPeer peer = await SocketPeer.ConnectAsync(listener.EndPoint);
        var accepted = Channel.CreateUnbounded<Connection>();
        var failures = Channel.CreateUnbounded<SocketError>();
        Assert.Equal(0, GetLimit(NoFile, out Limit limit));
        // Open descriptors stay; the next one would be over it.
        Limit none = limit with { Soft = 4 };
        Assert.Equal(0, SetLimit(NoFile, in none));
        try
        {
            listener.Start(c => accepted.Writer.TryWrite(c), e => failures.Writer.TryWrite(e));
            Assert.Equal(SocketError.TooManyOpenSockets, await failures.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(15)));
            Assert.False(accepted.Reader.TryRead(out _));
        }
        finally
        {
            Assert.Equal(0, SetLimit(NoFile, in limit));
        }

        // It does not spin: without time passing it does not even try.
        for (int i = 0; i < 500; i++)
        {
            await Task.Yield();
        }

        Assert.False(accepted.Reader.TryRead(out _));
        Task<Connection> next = accepted.Reader.ReadAsync().AsTask();
        while (!next.IsCompleted)
        {
            clock.Advance(100);
            await Task.Yield();
        }

        (await next).Dispose();
        Assert.False(failures.Reader.TryRead(out _));
    }

    // getrlimit(2)
    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    private record struct Limit(nuint Soft, nuint Hard);
}
