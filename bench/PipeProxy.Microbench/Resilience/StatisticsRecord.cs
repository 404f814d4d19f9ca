using BenchmarkDotNet.Attributes;
using PipeProxy.Core.Resilience;

namespace PipeProxy.Microbench.Resilience;

/// <summary>What statistics cost an attempt.</summary>
[MemoryDiagnoser]
public class StatisticsRecord
{
    private readonly BackendStatistics _statistics = new(1, TimeProvider.System);
    private long _latency;

    /// <summary>An answer.</summary>
    [Benchmark(Baseline = true)]
    public void Answer()
    {
        // Some 200 buckets, as a busy backend has them.
        _latency = (_latency + 7_919) & 0x1_FFFF;
        _statistics.Record(0, 0, new AttemptSample(_latency, 200, AttemptFailure.None));
    }

    /// <summary>A failure.</summary>
    [Benchmark]
    public void Failure() => _statistics.Record(0, 0, new AttemptSample(-1, 0, AttemptFailure.Connect));

    /// <summary>An attempt that began before the backend was ejected.</summary>
    [Benchmark]
    public void OfAnEarlierEpoch() => _statistics.Record(0, -1, new AttemptSample(1_000, 200, AttemptFailure.None));
}
