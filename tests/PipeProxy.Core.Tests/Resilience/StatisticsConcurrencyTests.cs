using PipeProxy.Core.Resilience;

namespace PipeProxy.Core.Tests.Resilience;

/// <summary>Samples come from several threads at once, on one stripe, while others are harvested; none costs memory.</summary>
[Collection(nameof(StatisticsConcurrencyTests))]
[CollectionDefinition(nameof(StatisticsConcurrencyTests), DisableParallelization = true)]
public sealed class StatisticsConcurrencyTests
{
    private const int Threads = 4;
    private const int SamplesOfEach = 250_000;
    private const int Harvests = 20_000;

    [Theory]
    [InlineData(1)]
    [InlineData(Threads)]
    public async Task Record_FromFourThreadsWhileHarvested_LosesAndDoublesNone(int workers)
    {
        StatisticsBed bed = new(workers);
        int harvests = 0;
        Task<int>[] recorders = [.. Enumerable.Range(0, Threads).Select(t => Task.Factory.StartNew(
            () =>
            {
                int count = 0;
                while (count < SamplesOfEach || Volatile.Read(ref harvests) < Harvests)
                {
                    // Few counters, so that each is often taken while somebody increments it.
                    bed.Statistics.Record(t % workers, 0, new AttemptSample(1000 + (count % 4 * 1000), count % 4 == 0 ? 502 : 200, AttemptFailure.None));
                    count++;
                }

                // Each status and latency equally often.
                for (; count % 4 != 0; count++)
                {
                    bed.Statistics.Record(t % workers, 0, new AttemptSample(1000 + (count % 4 * 1000), 200, AttemptFailure.None));
                }

                return count;
            },
            TaskCreationOptions.LongRunning))];
        Task<int[]> all = Task.WhenAll(recorders);
        while (!all.IsCompleted)
        {
            // The clock stands: everything stays within every window.
            bed.Statistics.Harvest(bed.Now);
            Interlocked.Increment(ref harvests);
        }

        int sum = (await all).Sum();
        Assert.InRange(sum, Threads * SamplesOfEach, int.MaxValue);
        foreach (Window window in SlidingWindows.All)
        {
            Assert.Equal(new WindowTotals(sum, sum / 4, sum), bed.Totals(window.Length.TotalSeconds));
        }

        foreach ((double q, double expected) in new[] { (25.0, 1.0), (50, 2), (75, 3), (100, 4) })
        {
            Assert.InRange(bed.Quantile(q)!.Value, expected * 0.98, expected * 1.02);
        }
    }

    [Fact]
    public async Task Reset_WhileAttemptsOfBeforeAreRecorded_ShowsNoneOfThem()
    {
        StatisticsBed bed = new();
        using CancellationTokenSource stop = new();
        Task recorder = Task.Factory.StartNew(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    // The epoch at an attempt's start, and resets at any moment after it.
                    int epoch = bed.Statistics.Epoch;
                    for (int i = 0; i < 100; i++)
                    {
                        // Its status tells whose it is.
                        bed.Statistics.Record(0, epoch, new AttemptSample(1000, 100 + (epoch % 400), AttemptFailure.None));
                    }
                }
            },
            TaskCreationOptions.LongRunning);
        int seen = 0;
        for (int round = 0; round < 5000 || (seen == 0 && round < 5_000_000); round++)
        {
            bed.Statistics.Reset();
            int status = 100 + (bed.Statistics.Epoch % 400);
            bed.Statistics.Harvest(bed.Now);
            int mine = bed.Statistics.CountStatuses(SlidingWindows.All[^1], bed.Now, status, status + 1);
            Assert.Equal(mine, bed.Statistics.TotalsOf(SlidingWindows.All[^1], bed.Now).Finished);
            seen += mine;
        }

        await stop.CancelAsync();
        await recorder;
        Assert.True(seen > 0, "Nothing was recorded at all.");
    }

    [Fact]
    public void Record_Warm_AllocatesNothing()
    {
        StatisticsBed bed = new();
        bed.Record(20);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            bed.Statistics.Record(0, 0, new AttemptSample(i * 37, 100 + (i % 500), (AttemptFailure)(i % 3)));
            bed.Statistics.RecordCutBody(0, 0);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(10_001, bed.Totals(1).Finished);
    }

    [Fact]
    public void HarvestAndEvaluate_Warm_AllocateNothing()
    {
        StatisticsBed bed = new();
        Round(1200);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Round(600);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Round(int checks)
        {
            for (int i = 0; i < checks; i++)
            {
                for (int j = 0; j < 40; j++)
                {
                    bed.Record(20 + j);
                }

                bed.Advance(100);
                BackendSamples samples = bed.Samples();
                Assert.True(samples.TryLatencyAtQuantileMS(50, out _) && samples.TryNetworkErrorRatio(out _) && samples.TryResponseCodeRatio(500, 600, 0, 600, out _));
            }
        }
    }
}
