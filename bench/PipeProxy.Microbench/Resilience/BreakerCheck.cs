using BenchmarkDotNet.Attributes;
using PipeProxy.Core.Resilience;

namespace PipeProxy.Microbench.Resilience;

/// <summary>What one check of one backend costs, every 100 ms, off the data plane.</summary>
[MemoryDiagnoser]
public class BreakerCheck
{
    private readonly BackendSamples _samples = new();
    private readonly BackendStatistics _idle = new(1, TimeProvider.System);
    private BusyBackend _busy = null!;

    /// <summary>Attempts a second.</summary>
    [Params(100, 5000)]
    public int PerSecond { get; set; }

    /// <summary>A minute of load.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _busy = new BusyBackend(PerSecond, waiting: PerSecond / 20);
        _idle.Record(0, 0, new AttemptSample(1_000, 200, AttemptFailure.None));
        _idle.Harvest(0);
    }

    /// <summary>100 ms of attempts (see <see cref="StatisticsRecord"/>) and their harvest.</summary>
    [Benchmark]
    public void RecordAndHarvest()
    {
        _busy.RecordAndStep();
        _busy.Statistics.Harvest(_busy.Now);
    }

    /// <summary>The look at a backend with nothing new.</summary>
    [Benchmark]
    public void HarvestOfAnIdleOne() => _idle.Harvest(0);

    /// <summary>What the report's own expression reads: the median, those that wait with it, and the error ratio.</summary>
    [Benchmark(Baseline = true)]
    public bool ReadForTheSeed()
    {
        _samples.Look(_busy.Statistics, _busy.Now, minRequests: 10, isRecovery: false, isLatencyLeftOut: false);
        return (_samples.TryLatencyAtQuantileMS(50, out double milliseconds) && milliseconds > 100)
            || (_samples.TryNetworkErrorRatio(out double ratio) && ratio > 0.3);
    }
}
