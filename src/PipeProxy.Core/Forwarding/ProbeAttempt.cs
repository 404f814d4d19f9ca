using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// A request that tries a probing backend. Over the latency limit without a response head the probe has failed, and the
/// request goes elsewhere, where somebody is free to take it.
/// </summary>
internal sealed class ProbeAttempt
{
    private readonly DataPlane _plane;
    private readonly ServiceState _service;
    private readonly Backend _backend;
    private readonly BackendProbe _place;
    private readonly Deadline _deadline;
    private readonly long _startedAt;
    private UpstreamConnection? _upstream;
    private WaitingAttempt _attempt;
    private int _open = 1;

    /// <summary>The place in <paramref name="place"/> is taken.</summary>
    public ProbeAttempt(DataPlane plane, Worker worker, ServiceState service, Backend backend, BackendProbe place)
    {
        _plane = plane;
        _service = service;
        _backend = backend;
        _place = place;
        _startedAt = plane.Clock.GetTimestamp();
        _deadline = new Deadline(worker.Timers, static p => ((ProbeAttempt)p).OnDue(), this);
    }

    /// <summary>Milliseconds that are left of it, at least 1.</summary>
    public int TimeLeft => Math.Max(1, _place.LatencyLimit - (int)_plane.Clock.GetElapsedTime(_startedAt).TotalMilliseconds);

    /// <summary>The attempt waits on <paramref name="upstream"/> now.</summary>
    public void Watch(UpstreamConnection upstream)
    {
        if (upstream.Watch.TrySee(out _attempt))
        {
            Volatile.Write(ref _upstream, upstream);
            _deadline.Set(TimeLeft);
        }
    }

    /// <summary>The attempt is over, and says what it found.</summary>
    public void End(bool isGood, string detail)
    {
        _deadline.Remove();
        Finish(isGood ? BackendSignalKind.ProbePassed : BackendSignalKind.ProbeFailed, detail);
    }

    /// <summary>It is over and has found nothing: the client left.</summary>
    public void Abandon()
    {
        _deadline.Remove();
        Finish(null, "");
    }

    private void OnDue()
    {
        if (Finish(BackendSignalKind.ProbeFailed, $"no response head within {_place.LatencyLimit} ms") && Volatile.Read(ref _upstream) is { } upstream)
        {
            BackendSet set = _plane.State.SetOf(_service.Service) ?? _service.Set;
            upstream.Backend.Waiting.TryReroute(upstream, _attempt, set);
        }
    }

    private bool Finish(BackendSignalKind? found, string detail)
    {
        if (Interlocked.Exchange(ref _open, 0) == 0)
        {
            return false;
        }

        if (found is { } kind)
        {
            _plane.Report(_backend, new BackendSignal(kind, detail));
        }

        _place.Return();
        return true;
    }
}
