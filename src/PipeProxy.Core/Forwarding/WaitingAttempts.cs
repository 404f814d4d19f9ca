using PipeProxy.Core.Balancing;
using PipeProxy.Core.Resilience;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// The attempts of one backend that wait for a response head: those that still connect, and those on its connections.
/// Nothing here is touched by an attempt on a pooled connection; who looks pays.
/// </summary>
internal sealed class WaitingAttempts(BackendRuntime runtime, TimeProvider clock) : IWaitingAttempts
{
    private readonly Lock _gate = new();
    private readonly List<ConnectingAttempt> _connecting = [];
    private readonly List<UpstreamConnection> _open = [];
    private volatile int _connectingCount;

    /// <inheritdoc/>
    public bool Any => _connectingCount > 0 || runtime.BusyCount > 0;

    public void Add(ConnectingAttempt attempt)
    {
        lock (_gate)
        {
            _connecting.Add(attempt);
            _connectingCount = _connecting.Count;
        }
    }

    public void Remove(ConnectingAttempt attempt)
    {
        lock (_gate)
        {
            _connecting.Remove(attempt);
            _connectingCount = _connecting.Count;
        }
    }

    /// <inheritdoc/>
    public void AddAges(long nowTimestamp, List<long> agesMicroseconds)
    {
        int epoch = runtime.Statistics.Epoch;
        lock (_gate)
        {
            foreach (ConnectingAttempt connecting in _connecting)
            {
                if (connecting.Epoch == epoch)
                {
                    agesMicroseconds.Add(Microseconds(nowTimestamp - connecting.StartedAt));
                }
            }

            runtime.CopyOpen(_open);
            foreach (UpstreamConnection upstream in _open)
            {
                if (upstream.Watch.TrySee(out WaitingAttempt attempt) && attempt.IsSent && attempt.Epoch == epoch)
                {
                    agesMicroseconds.Add(Microseconds(nowTimestamp - attempt.WaitsSince));
                }
            }

            _open.Clear();
        }
    }

    /// <summary>
    /// The backend was ejected: what may be repeated on another instance of <paramref name="set"/> is sent there, the rest
    /// goes on waiting for its own answer. Says how many of each.
    /// </summary>
    public (int Rerouted, int Waiting) Reroute(BackendSet set)
    {
        int rerouted = 0;
        int waiting = 0;
        lock (_gate)
        {
            foreach (ConnectingAttempt connecting in _connecting)
            {
                if (connecting.Exchange.CanMoveOn(set, runtime.Backend) && connecting.TryAbandon())
                {
                    rerouted++;
                }
                else
                {
                    waiting++;
                }
            }

            runtime.CopyOpen(_open);
            foreach (UpstreamConnection upstream in _open)
            {
                if (!upstream.Watch.TrySee(out WaitingAttempt attempt))
                {
                    continue;
                }

                if (TryReroute(upstream, attempt, set))
                {
                    rerouted++;
                }
                else
                {
                    waiting++;
                }
            }

            _open.Clear();
        }

        return (rerouted, waiting);
    }

    /// <summary>Sends one attempt elsewhere, where rule 34 allows it and somebody is free to take it. Any thread.</summary>
    public bool TryReroute(UpstreamConnection upstream, in WaitingAttempt attempt, BackendSet set)
    {
        // First the body is claimed, so that nothing of it is let go any more, and then the attempt.
        RequestBody body = attempt.Exchange.Body;
        if (!attempt.MayBeSentAgain || !attempt.Exchange.CanMoveOn(set, runtime.Backend) || !body.Replay.TryClaim(out long claim))
        {
            return false;
        }

        if (!upstream.Watch.TryReroute(attempt))
        {
            body.Replay.Unclaim(claim);
            return false;
        }

        upstream.Connection.Abort();
        return true;
    }

    /// <summary>The instance is gone or frozen: nobody waits for a connection to it.</summary>
    public void AbandonConnecting()
    {
        lock (_gate)
        {
            _connecting.ForEach(static c => c.TryAbandon());
        }
    }

    private long Microseconds(long ticks) => LatencyScale.MicrosecondsOf(ticks, clock);
}
