using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Resilience;

namespace PipeProxy.Core.Tests.Resilience;

public sealed class BreakerMonitorTests
{
    private static readonly PassiveHealthCheckDefinition ThreeInTenSeconds = new(TimeSpan.FromSeconds(10), 3);

    [Fact]
    public async Task PassiveHealthCheck_WithAsManyFailuresAsAllowedWithinItsWindow_HasAVerdict()
    {
        await using MonitorBed bed = new();
        BackendEntry sick = bed.Backend("sick");
        BackendEntry well = bed.Backend("well");
        ServiceState service = bed.Service([sick, well], passive: ThreeInTenSeconds);
        bed.Show(service);
        MonitorBed.Fail(sick, times: 2);
        MonitorBed.Record(well, 20, times: 50);
        Assert.Empty(bed.Advance(5_000));

        MonitorBed.Fail(sick);
        BreakerReport report = Assert.Single(bed.Advance(100));
        Assert.Same(service.Service, report.Service);
        BreakerVerdict verdict = Assert.Single(report.Verdicts);
        Assert.Same(sick.Backend, verdict.Backend);
        Assert.Equal((null, false, 1.0), (verdict.Breaker, verdict.IsForLatency, verdict.Severity));
        Assert.Equal("3 attempts failed within 10 s, 3 take it out", verdict.Values);
    }

    [Fact]
    public async Task PassiveHealthCheck_WithFailuresThatAreTooFarApart_HasNone()
    {
        await using MonitorBed bed = new();
        BackendEntry backend = bed.Backend("b");
        bed.Show(bed.Service([backend], passive: ThreeInTenSeconds));
        for (int i = 0; i < 5; i++)
        {
            MonitorBed.Fail(backend);
            Assert.Empty(bed.Advance(5_500));
        }
    }

    [Theory]
    [InlineData(BackendState.Up, true)]
    [InlineData(BackendState.Ramping, true)]
    [InlineData(BackendState.Ejected, false)]
    [InlineData(BackendState.Probing, false)]
    [InlineData(BackendState.Unhealthy, false)]
    [InlineData(BackendState.Draining, false)]
    [InlineData(BackendState.Starting, false)]
    [InlineData(BackendState.Paused, false)]
    public async Task Check_EvaluatesThoseThatTakeRequests(BackendState state, bool isEvaluated)
    {
        await using MonitorBed bed = new();
        BackendEntry backend = bed.Backend("b", state, isRecovery: state == BackendState.Ramping ? false : null);
        bed.Show(bed.Service([backend], passive: ThreeInTenSeconds));
        MonitorBed.Fail(backend, times: 3);
        Assert.Equal(isEvaluated ? 1 : 0, bed.Advance(100).Length);
    }

    [Fact]
    public async Task Check_OfABackendThatIsIdle_IsNotRepeated()
    {
        await using MonitorBed bed = new();
        BackendEntry backend = bed.Backend("b");
        bed.Show(bed.Service([backend], passive: ThreeInTenSeconds));
        MonitorBed.Fail(backend, times: 3);
        Assert.Single(bed.Advance(100));
        Assert.Empty(bed.Advance(1_000));

        // Something finished, or waits: it is looked at again.
        MonitorBed.Record(backend, 20);
        Assert.Single(bed.Advance(100));
        bed.Wait(backend);
        Assert.Equal(5, bed.Advance(500).Length);
    }

    [Fact]
    public async Task Check_OfAServiceThatNobodyWatches_StillHarvests()
    {
        await using MonitorBed bed = new();
        BackendEntry backend = bed.Backend("b");
        bed.Show(bed.Service([backend]));
        MonitorBed.Record(backend, 20, times: 30);
        Assert.Equal(0, backend.Backend.ReadFigures()!.Attempts);
        Assert.Empty(bed.Advance(100));
        Assert.Equal(30, backend.Backend.ReadFigures()!.Attempts);
    }

    [Fact]
    public async Task Check_OfABackendWithoutAnAttempt_PassesItOver()
    {
        await using MonitorBed bed = new();
        BackendEntry untried = bed.Backend("untried");
        untried.Backend.Statistics = null;
        BackendEntry sick = bed.Backend("sick");
        bed.Show(bed.Service([untried, sick], passive: ThreeInTenSeconds));
        MonitorBed.Fail(sick, times: 3);
        Assert.Single(Assert.Single(bed.Advance(100)).Verdicts);
        Assert.Null(untried.Backend.ReadFigures());
    }

    [Fact]
    public async Task Check_ThatFails_IsToldAndTheNextOneComes()
    {
        ManualMonitor failing = new();
        await using BreakerMonitor monitor = new(() => throw new InvalidOperationException("defect"), _ => { }, failing.Clock);
        monitor.Faulted += failing.Faults.Add;
        failing.Clock.Advance(TimeSpan.FromMilliseconds(100));
        failing.Clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, failing.Faults.Count);
    }

    [Fact]
    public async Task Dispose_EndsTheChecks()
    {
        MonitorBed bed = new();
        BackendEntry backend = bed.Backend("b");
        bed.Show(bed.Service([backend], passive: ThreeInTenSeconds));
        MonitorBed.Fail(backend, times: 3);
        await bed.DisposeAsync();
        Assert.Empty(bed.Advance(1_000));
    }

    private sealed record ManualMonitor
    {
        public Configuration.ManualClock Clock { get; } = new();

        public List<Exception> Faults { get; } = [];
    }
}
