using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Core.Resilience;

/// <summary>
/// Evaluates the breakers, whether or not requests complete: at each check it moves what attempts counted into their
/// backends' windows, evaluates each expression whose time has come for each backend with an attempt under way or
/// finished since, and reports those for which one holds. Runs on a timer's thread, never on the data plane's.
/// </summary>
public sealed class BreakerMonitor : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan HarvestPeriod = TimeSpan.FromMilliseconds(100);

    private readonly Func<ProxyState> _current;
    private readonly Action<BreakerReport> _report;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly BackendSamples _samples = new();
    private ProxyState? _state;
    private ServiceWatch[] _watches = [];
    private TimeSpan _period = HarvestPeriod;
    private volatile bool _ended;

    /// <summary>Begins at once; what <paramref name="configuration"/> has is followed.</summary>
    /// <param name="configuration">The services, and who is told.</param>
    /// <param name="clock">That of the statistics.</param>
    public BreakerMonitor(ConfigurationQueue configuration, TimeProvider clock)
        : this(() => configuration.Current, configuration.Report, clock)
    {
    }

    internal BreakerMonitor(Func<ProxyState> current, Action<BreakerReport> report, TimeProvider clock)
    {
        (_current, _report, _clock) = (current, report, clock);
        _timer = clock.CreateTimer(static m => ((BreakerMonitor)m!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(_period, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Told of an exception that a defect of ours caused. The next check comes all the same.</summary>
    public event Action<Exception>? Faulted;

    /// <summary>No further check begins.</summary>
    public ValueTask DisposeAsync()
    {
        _ended = true;
        return _timer.DisposeAsync();
    }

    private void Run()
    {
        long began = _clock.GetTimestamp();
        try
        {
            Check(began);
        }
#pragma warning disable CA1031 // one bad check must not be the last one
        catch (Exception e)
#pragma warning restore CA1031
        {
            Faulted?.Invoke(e);
        }

        if (!_ended)
        {
            // One check at a time; how long it took is not added to the period.
            TimeSpan rest = _period - _clock.GetElapsedTime(began);
            _timer.Change(rest > TimeSpan.FromMilliseconds(1) ? rest : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    private void Check(long now)
    {
        ProxyState state = _current();
        if (!ReferenceEquals(_state, state))
        {
            Follow(state, now);
        }

        foreach (ServiceWatch watch in _watches)
        {
            if (watch.Check(_samples, now, _period) is { } report)
            {
                _report(report);
            }
        }
    }

    // When a breaker was looked at last outlives a new snapshot.
    private void Follow(ProxyState state, long now)
    {
        Dictionary<Service, ServiceWatch> before = _watches.ToDictionary(static w => w.Service);
        _state = state;
        _watches = [.. state.ServiceStates.Select(s => new ServiceWatch(s, _clock, now, before.GetValueOrDefault(s.Service)))];
        TimeSpan shortest = _watches.SelectMany(static w => w.Periods).Append(HarvestPeriod).Min();
        _period = shortest > ShortestPeriod ? shortest : ShortestPeriod;
    }
}
