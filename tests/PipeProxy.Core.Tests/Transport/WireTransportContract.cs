using System.Net;
using System.Net.Sockets;
using PipeProxy.Core.Tests.Transport.Hostile;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Tests.Transport;

/// <summary>What <see cref="Worker"/> promises, and what wire tests may rely on, with real sockets.</summary>
public sealed class SocketsWireTests : WireTransportContract
{
    private protected override IWireTransport CreateWire() => new SocketsWire();
}

/// <summary>The same in memory.</summary>
public sealed class HostileWireTests : WireTransportContract
{
    private protected override IWireTransport CreateWire() => new HostileWire(seed: 3);
}

public abstract class WireTransportContract : IAsyncLifetime
{
    private IWireTransport _wire = null!;

    public Task InitializeAsync()
    {
        _wire = CreateWire();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _wire.DisposeAsync();

    private protected abstract IWireTransport CreateWire();

    [Fact]
    public async Task ConnectAsync_Listening_GivesAConnectionToTheBackend()
    {
        using ScriptedBackend backend = _wire.Listen();
        using Connection connection = await _wire.Worker.ConnectAsync(backend.EndPoint, 10_000);
        using ScriptedPeer peer = await backend.AcceptAsync();
        Assert.Equal(backend.EndPoint, connection.RemoteEndPoint);
        Assert.NotNull(connection.LocalEndPoint);
        Assert.Same(_wire.Worker, connection.Worker);
        Assert.Null(connection.Tls);
        await connection.Output.WriteAsync("hello"u8.ToArray());
        await peer.ExpectAsync("hello");
    }

    [Fact]
    public async Task ConnectAsync_NobodyListens_IsRefused() => await RefusedAsync(_wire.Refusing());

    [Fact]
    public async Task ConnectAsync_BackendDisposed_IsRefused()
    {
        ScriptedBackend backend = _wire.Listen();
        backend.Dispose();
        await RefusedAsync(backend.EndPoint);
    }

    [Fact]
    public async Task ConnectAsync_NobodyAnswers_TimesOutWhenTheTimeIsOver()
    {
        Task<Connection> connecting = _wire.Worker.ConnectAsync(_wire.Silent(), 3000).AsTask();
        _wire.Advance(2900);
        for (int i = 0; i < 100 && !connecting.IsCompleted; i++)
        {
            await Task.Yield();
        }

        Assert.False(connecting.IsCompleted);
        // Where the deadline was set after the first step, it counts from there.
        _wire.Advance(3000);
        _wire.Advance(3000);
        var e = await Assert.ThrowsAsync<SocketException>(() => connecting.WaitAsync(TimeSpan.FromSeconds(15)));
        Assert.Equal(SocketError.TimedOut, e.SocketErrorCode);
    }

    [Fact]
    public async Task Listen_SeveralConnections_AreAcceptedInOrder()
    {
        using ScriptedBackend backend = _wire.Listen();
        for (byte i = 0; i < 5; i++)
        {
            using Connection connection = await _wire.Worker.ConnectAsync(backend.EndPoint, 10_000);
            await connection.Output.WriteAsync(new[] { i });
            using ScriptedPeer peer = await backend.AcceptAsync();
            Assert.Equal([i], await peer.ReceiveBytesAsync(1));
        }
    }

    [Fact]
    public async Task ConnectAsync_Client_ReachesItsHandler()
    {
        var first = new TaskCompletionSource<Connection>();
        var second = new TaskCompletionSource<Connection>();
        using ScriptedPeer one = await _wire.ConnectAsync(first.SetResult);
        using ScriptedPeer two = await _wire.ConnectAsync(second.SetResult);
        using Connection ofOne = await first.Task;
        using Connection ofTwo = await second.Task;
        Assert.NotEqual(ofOne.RemoteEndPoint, ofTwo.RemoteEndPoint);
        Assert.Equal(ofOne.LocalEndPoint, ofTwo.LocalEndPoint);
        await ofTwo.Output.WriteAsync("two"u8.ToArray());
        await ofOne.Output.WriteAsync("one"u8.ToArray());
        await one.ExpectAsync("one");
        await two.ExpectAsync("two");
    }

    [Fact]
    public async Task Post_FromAnyThread_RunsWithItsState()
    {
        var ran = new TaskCompletionSource<object?>();
        _wire.Worker.Post(ran.SetResult, this);
        Assert.Same(this, await ran.Task.WaitAsync(TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public async Task Peer_ReceiveUntil_TakesWhatCameAndForgetsIt()
    {
        var opened = new TaskCompletionSource<Connection>();
        using ScriptedPeer peer = await _wire.ConnectAsync(opened.SetResult);
        using Connection connection = await opened.Task;
        await connection.Output.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
        Assert.Equal("HTTP/1.1 200 OK\r\n\r\n", await peer.ReceiveAsync(t => t.EndsWith("\r\n\r\n", StringComparison.Ordinal)));
        connection.ShutdownSend();
        await Assert.ThrowsAsync<InvalidOperationException>(() => peer.ReceiveAsync(t => t.Length > 0));
        await peer.ExpectFinAsync();
    }

    private async Task RefusedAsync(IPEndPoint endPoint)
    {
        var e = await Assert.ThrowsAsync<SocketException>(async () => await _wire.Worker.ConnectAsync(endPoint, 10_000));
        Assert.Equal(SocketError.ConnectionRefused, e.SocketErrorCode);
    }
}
