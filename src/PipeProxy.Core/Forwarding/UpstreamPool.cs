using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// Idle connections to one backend, for one worker. Slots are taken and filled with one interlocked exchange each;
/// the lowest slots are used first, so that the surplus grows old and the sweep closes it.
/// </summary>
internal sealed class UpstreamPool
{
    private const int SweepInterval = 500;
    private readonly UpstreamConnection?[] _slots;
    private readonly Deadline _sweep;
    private readonly WorkerTimers _timers;
    private readonly ForwardingOptions _options;
    private int _count;

    public UpstreamPool(BackendRuntime backend, Worker worker, ForwardingOptions options)
    {
        Backend = backend;
        _options = options;
        _timers = worker.Timers;
        _slots = new UpstreamConnection?[options.UpstreamIdleConnections];
        _sweep = new Deadline(_timers, static pool => ((UpstreamPool)pool).Sweep(), this);
    }

    public BackendRuntime Backend { get; }

    /// <summary>Connections that lie idle now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>
    /// Takes a connection that was idle for less than <paramref name="idleLimit"/> milliseconds and shows neither bytes
    /// nor an end, or null. Rule 36: a request that may not be repeated asks with a short limit.
    /// </summary>
    public UpstreamConnection? TryTake(int idleLimit)
    {
        if (Count == 0)
        {
            return null;
        }

        long now = _timers.NowMilliseconds;
        for (int i = 0; i < _slots.Length && Count > 0; i++)
        {
            UpstreamConnection? seen = Volatile.Read(ref _slots[i]);
            if (seen is null || now - seen.IdleSince >= Math.Min(idleLimit, seen.IdleLimit))
            {
                continue;
            }

            if (Interlocked.CompareExchange(ref _slots[i], null, seen) != seen)
            {
                continue;
            }

            Interlocked.Decrement(ref _count);
            if (!seen.TryBecomeBusy())
            {
                continue;
            }

            if (!seen.Connection.IsPeerClosed && !HasUnaskedBytes(seen))
            {
                return seen;
            }

            seen.Close();
        }

        return null;
    }

    /// <summary>Keeps <paramref name="connection"/> for the next request, or closes it.</summary>
    public void Return(UpstreamConnection connection, int keepAliveTimeoutSeconds)
    {
        // Rule 20: what came after the complete response is nobody's response.
        if (HasUnaskedBytes(connection))
        {
            connection.Close();
            return;
        }

        if (Backend.IsRetired || connection.Connection.IsPeerClosed)
        {
            connection.End();
            return;
        }

        connection.Head.Reset();
        connection.IsReused = true;
        connection.IdleSince = _timers.NowMilliseconds;
        connection.IdleLimit = keepAliveTimeoutSeconds > 0
            ? (int)Math.Min(_options.UpstreamIdleTimeout, (keepAliveTimeoutSeconds - 1) * 1000L)
            : _options.UpstreamIdleTimeout;
        if (connection.IdleLimit <= 0 || !connection.TryBecomeIdle())
        {
            connection.End();
            return;
        }

        for (int i = 0; i < _slots.Length; i++)
        {
            if (Volatile.Read(ref _slots[i]) is null && Interlocked.CompareExchange(ref _slots[i], connection, null) is null)
            {
                Interlocked.Increment(ref _count);
                if (_sweep.Due == Deadline.Off)
                {
                    _sweep.Set(SweepInterval);
                }

                // It may have been retired, or its peer may have closed, between the checks above and now.
                if (Backend.IsRetired || connection.Connection.IsPeerClosed)
                {
                    connection.EndIfIdle();
                }

                return;
            }
        }

        connection.EndIfIdle();
    }

    /// <summary>Closes every idle connection: the backend drains or is gone.</summary>
    public void CloseIdle()
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            if (Interlocked.Exchange(ref _slots[i], null) is { } connection)
            {
                Interlocked.Decrement(ref _count);
                connection.EndIfIdle();
            }
        }
    }

    /// <summary>The pool is used no more.</summary>
    public void Remove()
    {
        CloseIdle();
        _sweep.Remove();
    }

    private static bool HasUnaskedBytes(UpstreamConnection connection)
    {
        try
        {
            if (!connection.Connection.Input.TryRead(out System.IO.Pipelines.ReadResult result))
            {
                return connection.Connection.HasPendingInput;
            }

            bool stray = !result.Buffer.IsEmpty || result.IsCompleted;
            connection.Connection.Input.AdvanceTo(result.Buffer.Start);
            return stray;
        }
        catch (Exception e) when (ConnectionFault.Is(e))
        {
            // A reset that IsPeerClosed does not tell of yet: it must not become the client's trouble.
            return true;
        }
    }

    private void Sweep()
    {
        long now = _timers.NowMilliseconds;
        for (int i = 0; i < _slots.Length; i++)
        {
            UpstreamConnection? seen = Volatile.Read(ref _slots[i]);
            if (seen is null || now - seen.IdleSince < seen.IdleLimit)
            {
                continue;
            }

            if (Interlocked.CompareExchange(ref _slots[i], null, seen) == seen)
            {
                Interlocked.Decrement(ref _count);
                seen.EndIfIdle();
            }
        }

        if (Count > 0)
        {
            _sweep.Set(SweepInterval);
        }
    }
}
