using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Core.Resilience;

/// <summary>One service's backends under the eyes of its breakers, as of one snapshot. Used by the monitor's thread alone.</summary>
internal sealed class ServiceWatch
{
    private readonly ServiceState _state;
    private readonly TimeProvider _clock;

    // In the order of the service's breakers; the passive health check comes last.
    private readonly long[] _lastChecks;
    private readonly bool[] _isDue;
    private readonly List<BreakerVerdict> _verdicts = [];

    /// <param name="state">The service.</param>
    /// <param name="clock">That of the statistics.</param>
    /// <param name="now">What was not looked at before is looked at with the next check.</param>
    /// <param name="before">The same service's watch of the snapshot before; null = there was none.</param>
    public ServiceWatch(ServiceState state, TimeProvider clock, long now, ServiceWatch? before)
    {
        (_state, _clock) = (state, clock);
        _lastChecks = new long[state.Breakers.Length + 1];
        _isDue = new bool[_lastChecks.Length];
        for (int i = 0; i < _lastChecks.Length; i++)
        {
            _lastChecks[i] = before?.LastCheckOf(i < state.Breakers.Length ? state.Breakers[i] : null) ?? now - TimestampsOf(PeriodOf(i)) - 1;
        }
    }

    public Service Service => _state.Service;

    /// <summary>How often somebody is to be looked at.</summary>
    public IEnumerable<TimeSpan> Periods => _state.Breakers.Select(static b => b.Definition.CheckPeriod);

    /// <summary>
    /// Harvests, and evaluates what is due. Where something holds all the rest is evaluated too, so that the report has
    /// everybody; null where nothing does.
    /// </summary>
    public BreakerReport? Check(BackendSamples samples, long now, TimeSpan granularity)
    {
        foreach (BackendEntry entry in _state.Set.Entries)
        {
            entry.Backend.Statistics?.Harvest(now);
        }

        if (!FindDue(now, granularity))
        {
            return null;
        }

        FindVerdicts(samples, now);
        if (_verdicts.Count > 0 && _isDue.AsSpan().Contains(false))
        {
            _isDue.AsSpan().Fill(true);
            FindVerdicts(samples, now);
        }

        for (int i = 0; i < _isDue.Length; i++)
        {
            _lastChecks[i] = _isDue[i] ? now : _lastChecks[i];
        }

        return _verdicts.Count > 0 ? new BreakerReport(Service, [.. _verdicts]) : null;
    }

    // A timer that comes a little early must not cost a whole round.
    private bool FindDue(long now, TimeSpan granularity)
    {
        for (int i = 0; i < _isDue.Length; i++)
        {
            _isDue[i] = (i < _state.Breakers.Length || _state.Definition.PassiveHealthCheck is not null)
                && _clock.GetElapsedTime(_lastChecks[i], now) >= PeriodOf(i) - (granularity / 2);
        }

        return _isDue.AsSpan().Contains(true);
    }

    private void FindVerdicts(BackendSamples samples, long now)
    {
        _verdicts.Clear();
        foreach (BackendEntry entry in _state.Set.Entries)
        {
            if (entry.State is BackendState.Up or BackendState.Ramping
                && entry.Backend.Statistics is { } statistics
                && VerdictOf(entry, statistics, samples, now) is { } verdict)
            {
                _verdicts.Add(verdict);
            }
        }
    }

    private BreakerVerdict? VerdictOf(in BackendEntry entry, BackendStatistics statistics, BackendSamples samples, long now)
    {
        BreakerVerdict? worst = null;
        int epoch = statistics.Epoch;
        bool isRecovery = entry is { State: BackendState.Ramping, Ramp.IsRecovery: true };
        // What is new may be slow: it cannot be ejected for latency before its ramp's end.
        bool isNew = entry.State == BackendState.Ramping && !isRecovery;
        bool isWaitedFor = statistics.Waiting is { Any: true };
        for (int i = 0; i < _isDue.Length; i++)
        {
            if (!_isDue[i] || !(isWaitedFor || statistics.LastFinish > _lastChecks[i]))
            {
                continue;
            }

            if (i == _state.Breakers.Length)
            {
                if (_state.Definition.PassiveHealthCheck is { } passive && BreakerVerdicts.Of(entry.Backend, passive, statistics, now) is { } failed)
                {
                    worst = BreakerVerdicts.WorseOf(worst, failed);
                }

                continue;
            }

            Breaker breaker = _state.Breakers[i];
            samples.Look(statistics, now, breaker.Definition.MinRequests, isRecovery, isNew);
            if (breaker.Expression.Holds(samples))
            {
                worst = BreakerVerdicts.WorseOf(worst, BreakerVerdicts.Of(entry.Backend, breaker, samples));
            }
        }

        // It was ejected meanwhile: what was seen is partly of before.
        return statistics.Epoch == epoch ? worst : null;
    }

    // The passive health check has no period of its own.
    private TimeSpan PeriodOf(int index) => index < _state.Breakers.Length ? _state.Breakers[index].Definition.CheckPeriod : TimeSpan.Zero;

    private long? LastCheckOf(Breaker? breaker)
    {
        if (breaker is null)
        {
            return _lastChecks[^1];
        }

        for (int i = 0; i < _state.Breakers.Length; i++)
        {
            if (_state.Breakers[i].Definition == breaker.Definition && _state.Breakers[i].FullName == breaker.FullName)
            {
                return _lastChecks[i];
            }
        }

        return null;
    }

    private long TimestampsOf(TimeSpan time) => (long)(time.TotalSeconds * _clock.TimestampFrequency);
}
