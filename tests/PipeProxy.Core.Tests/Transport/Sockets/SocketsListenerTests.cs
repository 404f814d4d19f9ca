using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using PipeProxy.Core.Transport;
using PipeProxy.Core.Transport.Sockets;

namespace PipeProxy.Core.Tests.Transport.Sockets;

public sealed class SocketsListenerTests : IDisposable
{
    private static readonly ListenAddress s_loopback = new(IPAddress.Loopback, 0);
    private readonly SocketsTransport _transport = new(TimeProvider.System);
    private readonly Channel<Connection> _accepted = Channel.CreateUnbounded<Connection>();

    public void Dispose() => _transport.Dispose();

    [Fact]
    public async Task Bind_NoHost_ServesIPv6AndIPv4AndGivesIPv4AsIPv4()
    {
        await using SocketsListener listener = _transport.Bind(new ListenAddress(null, 0));
        listener.Start(Accept);
        using SocketPeer four = await SocketPeer.ConnectAsync(new IPEndPoint(IPAddress.Loopback, listener.EndPoint.Port));
        using Connection connection = await NextAsync();
        Assert.Equal(four.Socket.LocalEndPoint, connection.RemoteEndPoint);
        Assert.Equal(four.Socket.RemoteEndPoint, connection.LocalEndPoint);
        if (Socket.OSSupportsIPv6 && listener.EndPoint.AddressFamily == AddressFamily.InterNetworkV6)
        {
            using SocketPeer six = await SocketPeer.ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, listener.EndPoint.Port));
            using Connection other = await NextAsync();
            Assert.Equal(six.Socket.LocalEndPoint, other.RemoteEndPoint);
        }
    }

    [Fact]
    public async Task Bind_PortInUse_NamesTheAddress()
    {
        await using SocketsListener listener = _transport.Bind(s_loopback);
        var address = new ListenAddress(IPAddress.Loopback, listener.EndPoint.Port);
        var e = Assert.Throws<ListenException>(() => _transport.Bind(address));
        Assert.True(e.IsInUse);
        Assert.Equal(address, e.Address);
        Assert.Contains($"127.0.0.1:{address.Port}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bind_PortInUseOnIPv4Alone_RefusesTheDualStack()
    {
        await using SocketsListener listener = _transport.Bind(new ListenAddress(IPAddress.Any, 0));
        var e = Assert.Throws<ListenException>(() => _transport.Bind(new ListenAddress(null, listener.EndPoint.Port)));
        Assert.True(e.IsInUse);
    }

    [Fact]
    public void Bind_PortInUseAndOfferedForSharing_IsStillInUse()
    {
        // SO_REUSEPORT of another process: we don't take part in it.
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        const int SolSocket = 1, SoReusePort = 15;
        other.SetRawSocketOption(SolSocket, SoReusePort, BitConverter.GetBytes(1));
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        int port = ((IPEndPoint)other.LocalEndPoint!).Port;
        Assert.True(Assert.Throws<ListenException>(() => _transport.Bind(new ListenAddress(IPAddress.Loopback, port))).IsInUse);
    }

    [Fact]
    public void Bind_AddressOfAnotherMachine_SaysSo()
    {
        var e = Assert.Throws<ListenException>(() => _transport.Bind(new ListenAddress(IPAddress.Parse("192.0.2.1"), 0)));
        Assert.Equal(SocketError.AddressNotAvailable, e.Error);
        Assert.False(e.IsInUse);
    }

    [Fact]
    public async Task Start_LongAfterBind_AcceptsWhatHasWaited()
    {
        await using SocketsListener listener = _transport.Bind(s_loopback);
        using SocketPeer peer = await SocketPeer.ConnectAsync(listener.EndPoint);
        await peer.SendAsync("early");
        listener.Start(Accept);
        using Connection connection = await NextAsync();
        Assert.Equal(5, (await connection.Input.ReadAsync()).Buffer.Length);
    }

    [Fact]
    public async Task Accepted_Options_HaveNoDelayAndKeepAlive()
    {
        // Read from the client's side they are its own; so from a plain socket that accepts on the same listener kind.
        await using SocketsListener listener = _transport.Bind(s_loopback);
        listener.Start(Accept);
        using SocketPeer peer = await SocketPeer.ConnectAsync(listener.EndPoint);
        using Connection connection = await NextAsync();
        string id = $":{listener.EndPoint.Port:X4} ";
        string remote = $":{((IPEndPoint)peer.Socket.LocalEndPoint!).Port:X4} ";
        // proc(5): /proc/net/tcp, column "tr": 02 = the keep-alive timer runs.
        string line = File.ReadLines("/proc/net/tcp").Single(l => l.Contains(id + "0100007F" + remote, StringComparison.Ordinal));
        Assert.Equal("02", line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[5][..2]);
    }

    [Fact]
    public async Task PauseAccepting_ClientsCome_WaitUntilResumed()
    {
        await using SocketsListener listener = _transport.Bind(s_loopback);
        listener.Start(Accept);
        using SocketPeer before = await SocketPeer.ConnectAsync(listener.EndPoint);
        using Connection accepted = await NextAsync();
        await TurnsAsync();
        listener.PauseAccepting();
        // The next accept is under way.
        using SocketPeer first = await SocketPeer.ConnectAsync(listener.EndPoint);
        using Connection under = await NextAsync();
        using SocketPeer second = await SocketPeer.ConnectAsync(listener.EndPoint);
        Task<Connection> next = NextAsync();
        await TurnsAsync();
        Assert.False(next.IsCompleted);
        listener.ResumeAccepting();
        (await next).Dispose();
    }

    [Fact]
    public async Task Limit_Reached_AcceptsAgainWhenOneCloses()
    {
        var limit = new ConnectionLimit(2);
        await using SocketsListener listener = _transport.Bind(s_loopback, limit);
        listener.Start(Accept);
        SocketPeer[] peers =
        [
            await SocketPeer.ConnectAsync(listener.EndPoint),
            await SocketPeer.ConnectAsync(listener.EndPoint),
            await SocketPeer.ConnectAsync(listener.EndPoint),
        ];
        Connection first = await NextAsync();
        Connection second = await NextAsync();
        Task<Connection> third = NextAsync();
        await TurnsAsync();
        Assert.False(third.IsCompleted);
        Assert.Equal(2, limit.Count);
        first.Dispose();
        (await third).Dispose();
        second.Dispose();
        second.Dispose();
        Assert.Equal(0, limit.Count);
        Array.ForEach(peers, p => p.Dispose());
    }

    [Fact]
    public async Task Limit_SharedByTwoListeners_CountsBothAndWakesBoth()
    {
        var limit = new ConnectionLimit(1);
        await using SocketsListener a = _transport.Bind(s_loopback, limit);
        await using SocketsListener b = _transport.Bind(s_loopback, limit);
        a.Start(Accept);
        using SocketPeer first = await SocketPeer.ConnectAsync(a.EndPoint);
        Connection held = await NextAsync();
        b.Start(Accept);
        using SocketPeer second = await SocketPeer.ConnectAsync(b.EndPoint);
        Task<Connection> next = NextAsync();
        await TurnsAsync();
        Assert.False(next.IsCompleted);
        held.Dispose();
        (await next).Dispose();
    }

    [Fact]
    public async Task StopAsync_ConnectionsInTheQueue_AreAcceptedBeforeItCloses()
    {
        SocketsListener listener = _transport.Bind(s_loopback, new ConnectionLimit(1));
        listener.Start(Accept);
        var peers = new List<SocketPeer>();
        for (int i = 0; i < 50; i++)
        {
            peers.Add(await SocketPeer.ConnectAsync(listener.EndPoint));
        }

        await listener.StopAsync();
        await listener.StopAsync();
        for (int i = 0; i < peers.Count; i++)
        {
            Connection connection = await NextAsync();
            connection.Dispose();
        }

        await Assert.ThrowsAsync<SocketException>(() => SocketPeer.ConnectAsync(listener.EndPoint));
        foreach (SocketPeer peer in peers)
        {
            await peer.ExpectFinAsync();
            peer.Dispose();
        }

        await listener.DisposeAsync();
    }

    [Fact]
    public async Task StopAsync_NeverStarted_Closes()
    {
        SocketsListener listener = _transport.Bind(s_loopback);
        await listener.StopAsync();
        await Assert.ThrowsAsync<SocketException>(() => SocketPeer.ConnectAsync(listener.EndPoint));
        Assert.Throws<InvalidOperationException>(() => listener.Start(Accept));
    }

    [Fact]
    public async Task Accept_ClientsResetWhileQueued_GoesOn()
    {
        await using SocketsListener listener = _transport.Bind(s_loopback);
        for (int i = 0; i < 20; i++)
        {
            (await SocketPeer.ConnectAsync(listener.EndPoint)).Abort();
        }

        var ends = new ConcurrentBag<IPEndPoint?>();
        using SocketPeer peer = await SocketPeer.ConnectAsync(listener.EndPoint);
        var wanted = (IPEndPoint)peer.Socket.LocalEndPoint!;
        listener.Start(Accept);
        Connection connection;
        do
        {
            connection = await NextAsync();
            connection.Dispose();
        }
        while (!wanted.Equals(connection.RemoteEndPoint));
    }

    private static async Task TurnsAsync()
    {
        for (int i = 0; i < 500; i++)
        {
            await Task.Yield();
        }
    }

    private void Accept(Connection connection) => _accepted.Writer.TryWrite(connection);

    private Task<Connection> NextAsync() => _accepted.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(15));
}
