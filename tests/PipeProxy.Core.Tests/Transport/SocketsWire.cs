using System.Net;
using System.Net.Sockets;
using PipeProxy.Core.Transport;
using PipeProxy.Core.Transport.Sockets;

namespace PipeProxy.Core.Tests.Transport;

/// <summary>Wire tests over real loopback sockets.</summary>
internal sealed class SocketsWire : IWireTransport
{
    private readonly SocketsTransport _transport;
    private readonly SocketsListener _listener;
    private readonly SemaphoreSlim _connecting = new(1);
    private readonly List<IDisposable> _owned = [];
    private TaskCompletionSource<Connection>? _next;

    public SocketsWire()
    {
        _transport = new SocketsTransport(Clock);
        _listener = _transport.Bind(new ListenAddress(IPAddress.Loopback, 0));
        _listener.Start(connection => _next!.SetResult(connection));
    }

    public Worker Worker => _transport.Worker;

    public ManualClock Clock { get; } = new();

    public async ValueTask<ScriptedPeer> ConnectAsync(Action<Connection> handler)
    {
        await _connecting.WaitAsync();
        try
        {
            _next = new TaskCompletionSource<Connection>(TaskCreationOptions.RunContinuationsAsynchronously);
            SocketPeer peer = Own(await SocketPeer.ConnectAsync(_listener.EndPoint));
            Connection connection = await _next.Task;
            Worker.Post(_ => handler(connection), null);
            return peer;
        }
        finally
        {
            _connecting.Release();
        }
    }

    public ScriptedBackend Listen() => Own(new Backend());

    public IPEndPoint Refusing()
    {
        // Bound and not listening: nobody else can draw the port.
        var socket = Own(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    public IPEndPoint Silent()
    {
        // A queue of one that is full: the kernel drops further SYNs.
        var socket = Own(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(0);
        var endPoint = (IPEndPoint)socket.LocalEndPoint!;
        for (int i = 0; i < 3; i++)
        {
            var filler = Own(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
            try
            {
                filler.Connect(endPoint);
            }
            catch (SocketException)
            {
            }
        }

        return endPoint;
    }

    public void Advance(int milliseconds) => Clock.Advance(milliseconds);

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        foreach (IDisposable owned in _owned)
        {
            owned.Dispose();
        }

        _transport.Dispose();
        _connecting.Dispose();
    }

    private T Own<T>(T disposable)
        where T : IDisposable
    {
        lock (_owned)
        {
            _owned.Add(disposable);
        }

        return disposable;
    }

    private sealed class Backend : ScriptedBackend
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<ScriptedPeer> _peers = [];

        public Backend()
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _socket.Listen();
            EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        }

        public override IPEndPoint EndPoint { get; }

        public override async Task<ScriptedPeer> AcceptAsync()
        {
            Socket socket = await _socket.AcceptAsync().WaitAsync(TimeSpan.FromSeconds(15));
            await Task.Yield();
            socket.NoDelay = true;
            var peer = new SocketPeer(socket);
            _peers.Add(peer);
            return peer;
        }

        public override void Dispose() => _socket.Dispose();
    }
}
