using PipeProxy.Core.Balancing;
using PipeProxy.Core.Http;
using PipeProxy.Core.Resilience;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>What forwarding keeps of one backend instance: its pools, one a worker, and its open connections.</summary>
internal sealed class BackendRuntime
{
    private readonly Lock _gate = new();
    private readonly UpstreamPool?[] _pools;
    private readonly ForwardingOptions _options;
    private readonly HttpLimits _limits;
    private UpstreamConnection? _firstOpen;
    private int _openCount;
    private int _retired;
    private bool _gone;
    private bool _frozen;
    private long _reportedAt = long.MinValue;

    private BackendRuntime(Backend backend, int workerCount, ForwardingOptions options, HttpLimits limits, TimeProvider clock)
    {
        Backend = backend;
        Clock = clock;
        Waiting = new WaitingAttempts(this, clock);
        Statistics = new BackendStatistics(workerCount, clock) { Waiting = Waiting };
        _options = options;
        _limits = limits;
        _pools = new UpstreamPool?[workerCount];
    }

    public Backend Backend { get; }

    /// <summary>Time of latencies.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Its attempts.</summary>
    public BackendStatistics Statistics { get; }

    /// <summary>Those under way.</summary>
    public WaitingAttempts Waiting { get; }

    /// <summary>True once it drains or is gone: connections are not kept any more.</summary>
    public bool IsRetired => Volatile.Read(ref _retired) != 0;

    /// <summary>Connections that are open, busy and idle.</summary>
    public int OpenCount => Volatile.Read(ref _openCount);

    /// <summary>Connections that serve somebody, about.</summary>
    public int BusyCount
    {
        get
        {
            int busy = OpenCount;
            foreach (UpstreamPool? pool in _pools)
            {
                busy -= pool?.Count ?? 0;
            }

            return busy;
        }
    }

    /// <summary>The runtime of <paramref name="backend"/>, made on first use.</summary>
    public static BackendRuntime Of(Backend backend, int workerCount, ForwardingOptions options, HttpLimits limits, TimeProvider clock)
    {
        if (backend.Runtime is BackendRuntime runtime)
        {
            return runtime;
        }

        object made = new BackendRuntime(backend, workerCount, options, limits, clock);
        runtime = (BackendRuntime)(Interlocked.CompareExchange(ref backend.Runtime, made, null) ?? made);
        Volatile.Write(ref backend.Statistics, runtime.Statistics);
        return runtime;
    }

    public UpstreamPool PoolOf(Worker worker)
    {
        ref UpstreamPool? slot = ref _pools[worker.Index];
        if (Volatile.Read(ref slot) is { } pool)
        {
            return pool;
        }

        UpstreamPool made = new(this, worker, _options);
        return Interlocked.CompareExchange(ref slot, made, null) ?? made;
    }

    /// <summary>Takes a fresh connection into the list of open ones.</summary>
    public UpstreamConnection Adopt(Connection connection)
    {
        UpstreamConnection upstream = new(PoolOf(connection.Worker), connection, _limits);
        bool gone;
        bool frozen;
        lock (_gate)
        {
            (gone, frozen) = (_gone, _frozen);
            upstream.NextOpen = _firstOpen;
            if (_firstOpen is { } first)
            {
                first.PreviousOpen = upstream;
            }

            _firstOpen = upstream;
            _openCount++;
        }

        // It was being opened while the instance went: nobody else would end it.
        if (gone)
        {
            connection.EndInput();
        }
        else if (frozen)
        {
            connection.Abort();
        }

        return upstream;
    }

    public void Forget(UpstreamConnection upstream)
    {
        lock (_gate)
        {
            if (upstream.PreviousOpen is { } previous)
            {
                previous.NextOpen = upstream.NextOpen;
            }
            else if (_firstOpen == upstream)
            {
                _firstOpen = upstream.NextOpen;
            }
            else
            {
                return;
            }

            if (upstream.NextOpen is { } next)
            {
                next.PreviousOpen = upstream.PreviousOpen;
            }

            upstream.NextOpen = upstream.PreviousOpen = null;
            _openCount--;
        }
    }

    /// <summary>
    /// It was ejected: idle connections close, statistics begin anew, what may be repeated on another instance of
    /// <paramref name="set"/> goes there. Says how many that were, and how many wait on for their own answer.
    /// </summary>
    public (int Rerouted, int Waiting) Eject(BackendSet set)
    {
        CloseIdle();
        Statistics.Reset();
        Volatile.Write(ref _reportedAt, long.MinValue);
        return Waiting.Reroute(set);
    }

    /// <summary>
    /// A row of failures is reported at most every 100 ms: where the backend stays, each further failure would be one more.
    /// </summary>
    public bool MayReportFailures(long now)
    {
        long last = Volatile.Read(ref _reportedAt);
        return (last == long.MinValue || now - last >= Clock.TimestampFrequency / 10) && Interlocked.CompareExchange(ref _reportedAt, now, last) == last;
    }

    /// <summary>It drains: idle connections close now, busy ones after their answer.</summary>
    public void Drain()
    {
        Volatile.Write(ref _retired, 1);
        CloseIdle();
    }

    /// <summary>A drain was taken back.</summary>
    public void Undrain()
    {
        lock (_gate)
        {
            _frozen = false;
        }

        Volatile.Write(ref _retired, 0);
    }

    /// <summary>
    /// It is gone: idle connections close; on busy ones what was received is still delivered, then they end. No reset
    /// ever comes from an interface that has vanished, so nobody else would end them.
    /// </summary>
    public void Retire()
    {
        Drain();
        lock (_gate)
        {
            _gone = true;
        }

        Waiting.AbandonConnecting();
        foreach (UpstreamConnection upstream in Open())
        {
            if (!upstream.Connection.IsPeerClosed)
            {
                upstream.Connection.EndInput();
            }
        }

        foreach (UpstreamPool? pool in _pools)
        {
            pool?.Remove();
        }
    }

    /// <summary>It is frozen: everything under way is cut, so that what may be repeated is.</summary>
    public void Freeze()
    {
        Drain();
        lock (_gate)
        {
            _frozen = true;
        }

        Waiting.AbandonConnecting();
        foreach (UpstreamConnection upstream in Open())
        {
            upstream.Connection.Abort();
        }
    }

    /// <summary>Adds the connections that are open now.</summary>
    public void CopyOpen(List<UpstreamConnection> open)
    {
        lock (_gate)
        {
            for (UpstreamConnection? u = _firstOpen; u is not null; u = u.NextOpen)
            {
                open.Add(u);
            }
        }
    }

    private List<UpstreamConnection> Open()
    {
        List<UpstreamConnection> open = [];
        CopyOpen(open);
        return open;
    }

    private void CloseIdle()
    {
        foreach (UpstreamPool? pool in _pools)
        {
            pool?.CloseIdle();
        }
    }
}
