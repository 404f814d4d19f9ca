using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// The backend connection that an exchange uses now, and what may cut it from other threads: the client's leaving, and two
/// deadlines. To give the connection back is one compare-and-swap, which they race for.
/// </summary>
internal sealed class UpstreamLease
{
    private readonly Exchange _exchange;
    private readonly Deadline _deadline;
    private readonly Deadline _headDeadline;
    private UpstreamConnection? _current;
    private UpstreamConnection? _cuttable;
    private volatile bool _awaitsHead;

    public UpstreamLease(Exchange exchange, WorkerTimers timers)
    {
        _exchange = exchange;
        _deadline = new Deadline(timers, static x => ((UpstreamLease)x).Cut(), this);
        _headDeadline = new Deadline(timers, static x => ((UpstreamLease)x).OnHeadDue(), this);
    }

    /// <summary>The connection.</summary>
    public UpstreamConnection? Current => Volatile.Read(ref _current);

    /// <summary>No response head came within the limit.</summary>
    public bool HeadTimedOut { get; private set; }

    /// <summary>Cutting the client's attempt cuts this connection from now on.</summary>
    public void Use(UpstreamConnection? upstream)
    {
        Volatile.Write(ref _current, upstream);
        // A full fence: who cuts says that the client is gone and then looks for the connection.
        Interlocked.Exchange(ref _cuttable, upstream);
        if (_exchange.IsClientGone)
        {
            Cut();
        }
    }

    /// <summary>
    /// Takes the connection back from those who run on other threads, so that it can serve somebody else; false when one
    /// of them has cut it or is about to.
    /// </summary>
    public bool TryRelease(UpstreamConnection upstream)
    {
        bool released = Interlocked.CompareExchange(ref _cuttable, null, upstream) == upstream;
        if (released)
        {
            Volatile.Write(ref _current, null);
        }

        return released;
    }

    /// <summary>Cuts the connection.</summary>
    public void Cut() => Interlocked.Exchange(ref _cuttable, null)?.Connection.Abort();

    /// <summary>Cuts the connection after <paramref name="milliseconds"/>; 0 = not any more.</summary>
    public void CutIn(int milliseconds) => _deadline.Set(milliseconds);

    /// <summary>A response head is awaited: its deadline, where there is one, counts from the end of the request.</summary>
    public void AwaitHead(bool requestIsSent)
    {
        HeadTimedOut = false;
        _awaitsHead = true;
        if (requestIsSent)
        {
            _headDeadline.Set(_exchange.Plane.Options.ResponseHeadTimeout);
        }
    }

    /// <summary>The request is sent completely.</summary>
    public void NoteSent()
    {
        if (_awaitsHead)
        {
            _headDeadline.Set(_exchange.Plane.Options.ResponseHeadTimeout);
            if (!_awaitsHead)
            {
                _headDeadline.Clear();
            }
        }
    }

    /// <summary>The head came, or the attempt is over.</summary>
    public void EndAwaitHead()
    {
        _awaitsHead = false;
        _headDeadline.Clear();
    }

    /// <summary>The request is over.</summary>
    public void Clear()
    {
        Volatile.Write(ref _current, null);
        Volatile.Write(ref _cuttable, null);
        HeadTimedOut = false;
    }

    /// <summary>The client's connection ends.</summary>
    public void Dispose()
    {
        Current?.Close();
        _headDeadline.Remove();
        _deadline.Remove();
    }

    private void OnHeadDue()
    {
        if (_awaitsHead)
        {
            HeadTimedOut = true;
            Cut();
        }
    }
}
