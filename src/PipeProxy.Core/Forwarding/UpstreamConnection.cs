using PipeProxy.Core.Http;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// A connection to a backend with what reading responses from it needs. It belongs to one exchange or lies idle in its
/// pool; the change between the two is one compare-and-swap, which a closing peer and the pool's sweep race for.
/// </summary>
internal sealed class UpstreamConnection : IPeerClosedListener
{
    private const int Busy = 0;
    private const int Idle = 1;
    private const int Closed = 2;

    private readonly UpstreamPool _pool;
    private int _state;

    public UpstreamConnection(UpstreamPool pool, Connection connection, HttpLimits limits)
    {
        _pool = pool;
        Connection = connection;
        HeadParser = new ResponseHeadParser(limits);
        Watch = new AttemptWatch(pool.Backend.Clock);
        connection.SetPeerClosedListener(this);
    }

    public Connection Connection { get; }

    public ResponseHeadParser HeadParser { get; }

    public ResponseHead Head { get; } = new();

    /// <summary>The attempt that waits on it for a response head.</summary>
    public AttemptWatch Watch { get; }

    public BackendRuntime Backend => _pool.Backend;

    /// <summary>True when a request has been answered on it before: its next failure may be the keep-alive race.</summary>
    public bool IsReused { get; set; }

    /// <summary>When it became idle, in the worker's milliseconds.</summary>
    public long IdleSince { get; set; }

    /// <summary>How long it may stay idle: our limit, or the backend's own <c>Keep-Alive: timeout</c> less 1 s.</summary>
    public int IdleLimit { get; set; }

    /// <summary>Neighbours in the backend's list of open connections.</summary>
    public UpstreamConnection? NextOpen { get; set; }

    /// <inheritdoc cref="NextOpen"/>
    public UpstreamConnection? PreviousOpen { get; set; }

    public bool TryBecomeIdle() => Interlocked.CompareExchange(ref _state, Idle, Busy) == Busy;

    public bool TryBecomeBusy() => Interlocked.CompareExchange(ref _state, Busy, Idle) == Idle;

    /// <summary>Ends it by a FIN if it is idle now; an exchange that uses it is not disturbed.</summary>
    public void EndIfIdle()
    {
        if (Interlocked.CompareExchange(ref _state, Closed, Idle) == Idle)
        {
            Release(gracefully: true);
        }
    }

    /// <summary>Ends it by a FIN: nothing is owed either way, and it is not kept.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _state, Closed) != Closed)
        {
            Release(gracefully: true);
        }
    }

    /// <summary>Cuts it: the exchange that owns it has no more use for it, and the backend must be able to tell.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _state, Closed) != Closed)
        {
            Release(gracefully: false);
        }
    }

    public void OnPeerClosed(Connection connection) => EndIfIdle();

    private void Release(bool gracefully)
    {
        Connection.SetPeerClosedListener(null);
        Backend.Forget(this);
        Head.Reset();
        if (gracefully || Connection.IsPeerClosed)
        {
            // No reset for a backend that has done nothing wrong: its log would be full of them.
            Connection.ShutdownSend();
            Connection.Worker.Post(static c => ((Connection)c!).Dispose(), Connection);
        }
        else
        {
            Connection.Abort();
            Connection.Dispose();
        }
    }
}
