using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using PipeProxy.Core.Transport;
using PipeProxy.Core.Transport.Memory;

namespace PipeProxy.Core.Tests.Transport.Hostile;

/// <summary>A worker in memory, whose connections are hostile and whose backends are scripts.</summary>
internal sealed class HostileWorker(ManualClock clock, HostilePlan plan, HostileFailures failures) : Worker(index: 0)
{
    private readonly ConcurrentDictionary<IPEndPoint, Func<ScriptedPeer, bool>> _backends = new();
    private readonly ConcurrentDictionary<IPEndPoint, bool> _silent = new();
    private int _connections;
    private int _open;

    public override WorkerTimers Timers { get; } = new(clock);

    /// <summary>Connections that were made and not yet disposed by their owner.</summary>
    public int OpenConnections => Volatile.Read(ref _open);

    public override void Post(Action<object?> callback, object? state) =>
        ThreadPool.UnsafeQueueUserWorkItem(callback, state, preferLocal: false);

    /// <summary>Connections to <paramref name="endPoint"/> go to <paramref name="accept"/>, which may refuse.</summary>
    public void Listen(IPEndPoint endPoint, Func<ScriptedPeer, bool> accept) => _backends[endPoint] = accept;

    public void Refuse(IPEndPoint endPoint) => _backends.TryRemove(endPoint, out _);

    public void TimeOut(IPEndPoint endPoint) => _silent[endPoint] = true;

    public override async ValueTask<Connection> ConnectAsync(IPEndPoint endPoint, int timeoutMilliseconds)
    {
        // Before any turn: a test that advances the clock after this call finds the deadline set.
        if (_silent.ContainsKey(endPoint))
        {
            var due = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var deadline = new Deadline(Timers, static due => ((TaskCompletionSource)due).SetResult(), due);
            deadline.Set(timeoutMilliseconds);
            await due.Task;
            throw new SocketException((int)SocketError.TimedOut);
        }

        await plan.Turns.NextAsync();
        if (_backends.TryGetValue(endPoint, out Func<ScriptedPeer, bool>? accept))
        {
            var (connection, peer) = CreatePair(local: NewEndPoint(), remote: endPoint, mayCompleteInput: false);
            if (accept(peer))
            {
                return connection;
            }

            connection.Dispose();
        }

        throw new SocketException((int)SocketError.ConnectionRefused);
    }

    /// <summary>A hostile connection and the friendly other end that plays its peer.</summary>
    public (HostileConnection Connection, ScriptedPeer Peer) CreatePair(IPEndPoint local, IPEndPoint remote, bool mayCompleteInput)
    {
        var (inner, other) = MemoryConnection.CreatePair(this, this);
        Interlocked.Increment(ref _open);
        var connection = new HostileConnection(
            inner,
            plan.Next(Interlocked.Increment(ref _connections)),
            failures,
            local,
            remote,
            mayCompleteInput,
            () => Interlocked.Decrement(ref _open));
        return (connection, new ConnectionPeer(other));
    }

    /// <summary>An address of the documentation's, and a port that was not given out before.</summary>
    public IPEndPoint NewEndPoint() => new(IPAddress.Parse("192.0.2.7"), 20_000 + Interlocked.Increment(ref _connections));
}
