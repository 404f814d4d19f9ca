using PipeProxy.Core.Balancing;
using PipeProxy.Core.Http;
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

    private BackendRuntime(Backend backend, int workerCount, ForwardingOptions options, HttpLimits limits)
    {
        Backend = backend;
        _options = options;
        _limits = limits;
        _pools = new UpstreamPool?[workerCount];
    }

    public Backend Backend { get; }

    /// <summary>True once it drains or is gone: connections are not kept any more.</summary>
    public bool IsRetired => Volatile.Read(ref _retired) != 0;

    /// <summary>Connections that are open, busy and idle.</summary>
    public int OpenCount => Volatile.Read(ref _openCount);

    /// <summary>The runtime of <paramref name="backend"/>, made on first use.</summary>
    public static BackendRuntime Of(Backend backend, int workerCount, ForwardingOptions options, HttpLimits limits)
    {
        if (backend.Runtime is BackendRuntime runtime)
        {
            return runtime;
        }

        object made = new BackendRuntime(backend, workerCount, options, limits);
        return (BackendRuntime)(Interlocked.CompareExchange(ref backend.Runtime, made, null) ?? made);
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

    /// <summary>It drains: idle connections close now, busy ones after their answer.</summary>
    public void Drain()
    {
        Volatile.Write(ref _retired, 1);
        foreach (UpstreamPool? pool in _pools)
        {
            pool?.CloseIdle();
        }
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

        foreach (UpstreamConnection upstream in Open())
        {
            upstream.Connection.Abort();
        }
    }

    private List<UpstreamConnection> Open()
    {
        lock (_gate)
        {
            List<UpstreamConnection> open = new(_openCount);
            for (UpstreamConnection? u = _firstOpen; u is not null; u = u.NextOpen)
            {
                open.Add(u);
            }

            return open;
        }
    }
}
