using System.Collections.Immutable;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Resilience;
using PipeProxy.Core.Tests.Balancing;
using PipeProxy.Core.Tests.Configuration;

namespace PipeProxy.Core.Tests.Resilience;

/// <summary>A monitor over services that a test makes, on a clock of its own.</summary>
internal sealed class MonitorBed : IAsyncDisposable
{
    private readonly BreakerMonitor _monitor;
    private ProxyState _state = new(0, [], [], []);

    public MonitorBed()
    {
        _monitor = new BreakerMonitor(() => _state, Reports.Add, Clock);
        _monitor.Faulted += Faults.Add;
    }

    public ManualClock Clock { get; } = new();

    public List<BreakerReport> Reports { get; } = [];

    public List<Exception> Faults { get; } = [];

    public void Show(params ServiceState[] services) => _state = new ProxyState(_state.Version + 1, [], [], services);

    public ServiceState Service(BackendEntry[] entries, Breaker[]? breakers = null, PassiveHealthCheckDefinition? passive = null, string name = "app@test", int slot = 0) =>
        new(new Service(name, slot), new ServiceDefinition { Name = name, PassiveHealthCheck = passive }, BackendSet.Create([.. entries]), null, false)
        {
            Breakers = [.. breakers ?? []],
        };

    /// <summary>A backend with statistics, and somebody who can wait.</summary>
    public BackendEntry Backend(string name, BackendState state = BackendState.Up, bool? isRecovery = null)
    {
        BackendEntry entry = TestBackends.Entry(name, state) with { Ramp = isRecovery is { } r ? new BackendRamp(Clock, TimeSpan.FromSeconds(10), r) : null };
        entry.Backend.Statistics = new BackendStatistics(2, Clock) { Waiting = new FakeWaiting(TimeSpan.TicksPerMicrosecond) };
        return entry;
    }

    public static void Record(BackendEntry entry, double milliseconds, int times = 1, int status = 200)
    {
        BackendStatistics statistics = entry.Backend.Statistics!;
        for (int i = 0; i < times; i++)
        {
            statistics.Record(i % 2, statistics.Epoch, new AttemptSample((long)(milliseconds * 1000), status, AttemptFailure.None));
        }
    }

    public static void Fail(BackendEntry entry, int times = 1)
    {
        BackendStatistics statistics = entry.Backend.Statistics!;
        for (int i = 0; i < times; i++)
        {
            statistics.Record(i % 2, statistics.Epoch, new AttemptSample(-1, 0, AttemptFailure.BeforeHead));
        }
    }

    /// <summary>An attempt that waits from now on.</summary>
    public void Wait(BackendEntry entry, int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            ((FakeWaiting)entry.Backend.Statistics!.Waiting!).Starts.Add(Clock.GetTimestamp());
        }
    }

    /// <summary>Time passes in steps; what was reported meanwhile is returned.</summary>
    public ImmutableArray<BreakerReport> Advance(double milliseconds, double step = 10)
    {
        int before = Reports.Count;
        for (double passed = 0; passed < milliseconds - 0.001; passed += step)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(step));
        }

        Assert.Empty(Faults);
        return [.. Reports.Skip(before)];
    }

    public ValueTask DisposeAsync() => _monitor.DisposeAsync();
}
