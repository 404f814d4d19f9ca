using System.Net;
using System.Threading.Channels;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Tests.Transport.Hostile;

/// <summary>Wire tests over hostile connections in memory.</summary>
internal sealed class HostileWire : IWireTransport
{
    private static readonly IPEndPoint s_server = new(IPAddress.Parse("192.0.2.1"), 80);
    private readonly HostileWorker _worker;

    public HostileWire(HostilePlan plan)
    {
        _worker = new HostileWorker(Clock, plan, Failures);
    }

    public HostileWire(int seed)
        : this(new HostilePlan(seed))
    {
    }

    public Worker Worker => _worker;

    public ManualClock Clock { get; } = new();

    /// <summary>Broken promises so far; <see cref="DisposeAsync"/> fails for any.</summary>
    public HostileFailures Failures { get; } = new();

    /// <summary>Connections that the code under test has not disposed, pooled ones included.</summary>
    public int OpenConnections => _worker.OpenConnections;

    public ValueTask<ScriptedPeer> ConnectAsync(Action<Connection> handler)
    {
        var (connection, peer) = _worker.CreatePair(s_server, _worker.NewEndPoint(), mayCompleteInput: true);
        _worker.Post(_ => handler(connection), null);
        return ValueTask.FromResult(peer);
    }

    public ScriptedBackend Listen() => new Backend(_worker);

    public IPEndPoint Refusing() => _worker.NewEndPoint();

    public IPEndPoint Silent()
    {
        IPEndPoint endPoint = _worker.NewEndPoint();
        _worker.TimeOut(endPoint);
        return endPoint;
    }

    public void Advance(int milliseconds)
    {
        Clock.Advance(milliseconds);
        _worker.Timers.Tick();
    }

    public ValueTask DisposeAsync()
    {
        Failures.Verify();
        return ValueTask.CompletedTask;
    }

    private sealed class Backend : ScriptedBackend
    {
        private readonly Channel<ScriptedPeer> _waiting = Channel.CreateUnbounded<ScriptedPeer>();
        private readonly HostileWorker _worker;

        public Backend(HostileWorker worker)
        {
            _worker = worker;
            EndPoint = worker.NewEndPoint();
            worker.Listen(EndPoint, _waiting.Writer.TryWrite);
        }

        public override IPEndPoint EndPoint { get; }

        public override async Task<ScriptedPeer> AcceptAsync() =>
            await _waiting.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(15));

        public override void Dispose()
        {
            _worker.Refuse(EndPoint);
            _waiting.Writer.TryComplete();
        }
    }
}
