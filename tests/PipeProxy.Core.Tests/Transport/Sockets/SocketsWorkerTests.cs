using System.Net;
using System.Net.Sockets;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Tests.Transport.Sockets;

public sealed class SocketsWorkerTests : IAsyncLifetime
{
    private readonly SocketsWire _wire = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _wire.DisposeAsync();

    [Fact]
    public async Task ConnectAsync_Listening_GivesBothEndPoints()
    {
        using ScriptedBackend backend = _wire.Listen();
        using Connection connection = await _wire.Worker.ConnectAsync(backend.EndPoint, 10_000);
        using ScriptedPeer peer = await backend.AcceptAsync();
        Assert.Equal(backend.EndPoint, connection.RemoteEndPoint);
        Assert.Equal(((SocketPeer)peer).Socket.RemoteEndPoint, connection.LocalEndPoint);
        Assert.Same(_wire.Worker, connection.Worker);
        Assert.Null(connection.Tls);
    }

    [Fact]
    public async Task ConnectAsync_NobodyListens_IsRefused()
    {
        var e = await Assert.ThrowsAsync<SocketException>(async () => await _wire.Worker.ConnectAsync(_wire.Refusing(), 10_000));
        Assert.Equal(SocketError.ConnectionRefused, e.SocketErrorCode);
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
        _wire.Advance(101);
        var e = await Assert.ThrowsAsync<SocketException>(() => connecting.WaitAsync(TimeSpan.FromSeconds(15)));
        Assert.Equal(SocketError.TimedOut, e.SocketErrorCode);
    }

    [Fact]
    public async Task Post_FromAnyThread_RunsWithItsState()
    {
        var ran = new TaskCompletionSource<object?>();
        _wire.Worker.Post(ran.SetResult, this);
        Assert.Same(this, await ran.Task.WaitAsync(TimeSpan.FromSeconds(15)));
    }
}
