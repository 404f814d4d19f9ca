using PipeProxy.Core.Resilience;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Resilience;

/// <summary>The statistics of one backend on a clock of its own, harvested every 100 ms as the clock is moved.</summary>
internal sealed class StatisticsBed
{
    private readonly BackendSamples _samples = new();
    private long _nextHarvest = 100_000;

    public StatisticsBed(int workers = 1)
    {
        Statistics = new BackendStatistics(workers, Clock) { Waiting = Waiting };
    }

    public ManualClock Clock { get; } = new();

    public FakeWaiting Waiting { get; } = new();

    public BackendStatistics Statistics { get; }

    /// <summary>Microseconds.</summary>
    public long Now => Clock.GetTimestamp();

    public void Record(double milliseconds, int status = 200, AttemptFailure failure = AttemptFailure.None, int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            Statistics.Record(0, Statistics.Epoch, new AttemptSample((long)(milliseconds * 1000), status, failure));
        }
    }

    public void Fail(AttemptFailure failure = AttemptFailure.Connect, int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            Statistics.Record(0, Statistics.Epoch, new AttemptSample(-1, 0, failure));
        }
    }

    public void Advance(double milliseconds)
    {
        long end = Now + (long)(milliseconds * 1000);
        while (_nextHarvest <= end)
        {
            Clock.Advance((_nextHarvest - Now) / 1000.0);
            Statistics.Harvest(Now);
            _nextHarvest += 100_000;
        }

        Clock.Advance((end - Now) / 1000.0);
    }

    /// <summary>Time passes, and nobody harvests.</summary>
    public void Sleep(double milliseconds)
    {
        Clock.Advance(milliseconds);
        _nextHarvest = Now + 100_000;
    }

    /// <summary>What was recorded up to now as a breaker sees it.</summary>
    public BackendSamples Samples(int minRequests = 10, bool isRecovery = false, bool isLatencyLeftOut = false)
    {
        Statistics.Harvest(Now);
        _samples.Look(Statistics, Now, minRequests, isRecovery, isLatencyLeftOut);
        return _samples;
    }

    public double? Quantile(double q, int minRequests = 10, bool isRecovery = false) =>
        Samples(minRequests, isRecovery).TryLatencyAtQuantileMS(q, out double value) ? value : null;

    public double? ErrorRatio(int minRequests = 10, bool isRecovery = false) =>
        Samples(minRequests, isRecovery).TryNetworkErrorRatio(out double value) ? value : null;

    public WindowTotals Totals(double seconds)
    {
        Statistics.Harvest(Now);
        return Statistics.TotalsOf(SlidingWindows.Of(TimeSpan.FromSeconds(seconds)), Now);
    }
}

/// <summary>Attempts that wait: when each began, by a clock of so many timestamps a microsecond.</summary>
internal sealed class FakeWaiting(long perMicrosecond = 1) : IWaitingAttempts
{
    public List<long> Starts { get; } = [];

    public bool Any => Starts.Count > 0;

    public void AddAges(long nowTimestamp, List<long> agesMicroseconds)
    {
        foreach (long start in Starts)
        {
            agesMicroseconds.Add((nowTimestamp - start) / perMicrosecond);
        }
    }
}
