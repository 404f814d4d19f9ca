using PipeProxy.Core.Resilience;

namespace PipeProxy.Core.Tests.Resilience;

public sealed class BackendStatisticsTests
{
    [Theory]
    [InlineData(0.5, 0.1)]
    [InlineData(1, 0.1)]
    [InlineData(2, 0.5)]
    [InlineData(5, 0.5)]
    [InlineData(10, 0.5)]
    [InlineData(60, 5)]
    public void TotalsOf_AsTimePasses_HoldsASampleForTheWindowLessAtMostOneSlot(double window, double slot)
    {
        for (int phase = 0; phase < 50; phase++)
        {
            StatisticsBed bed = new();
            bed.Advance(1000 + (phase * 100));
            bed.Record(50);
            bed.Advance(100);
            double age = 0.1;
            while (bed.Totals(window).Finished == 1)
            {
                bed.Advance(100);
                age += 0.1;
                Assert.True(age < 2 * window + 5, "It never leaves.");
            }

            // It was harvested up to 100 ms after it was recorded.
            Assert.InRange(age, window - slot - 0.001, window + 0.101);
        }
    }

    [Fact]
    public void TotalsOf_UnderSteadyLoad_CountsEachSampleOnceInEachWindow()
    {
        StatisticsBed bed = new();
        for (int i = 0; i < 700; i++)
        {
            bed.Record(20, status: i % 2 == 0 ? 200 : 502);
            bed.Advance(100);
        }

        foreach ((double window, double slot) in new[] { (0.5, 0.1), (1, 0.1), (2, 0.5), (5, 0.5), (10, 0.5), (60, 5) })
        {
            WindowTotals totals = bed.Totals(window);
            Assert.InRange(totals.Finished, (window - slot) * 10, window * 10);
            Assert.Equal(totals.Finished, totals.Latencies);
            Assert.InRange(totals.NetworkErrors, (totals.Finished / 2) - 1, (totals.Finished / 2) + 1);
        }
    }

    [Fact]
    public void TotalsOf_AfterALongSilence_HasNothingOfBefore()
    {
        StatisticsBed bed = new();
        bed.Record(20, times: 500);
        bed.Advance(100);
        Assert.Equal(500, bed.Totals(60).Finished);

        // Nobody looks meanwhile; the rings have gone round many times and end in the same places.
        bed.Sleep(3_600_000);
        Assert.Equal(0, bed.Totals(60).Finished);
        bed.Record(20);
        bed.Advance(100);
        Assert.Equal(1, bed.Totals(60).Finished);
        Assert.Equal(1, bed.Totals(0.5).Finished);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Quantile_OfRandomLatencies_IsWithinTwoPercentOfTheSortedOnes(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 20; round++)
        {
            StatisticsBed bed = new();
            List<long> exact = [];
            int count = random.Next(1000, 3000);
            double spread = random.NextDouble() * 6;
            for (int i = 0; i < count; i++)
            {
                long latency = 1 + (long)(100 * Math.Exp(spread * random.NextDouble() * random.NextDouble() * 2));
                exact.Add(latency);
                bed.Statistics.Record(0, 0, new AttemptSample(latency, 200, AttemptFailure.None));
                if (i % 100 == 0)
                {
                    bed.Advance(100);
                }
            }

            exact.Sort();
            // All of them: no shorter window holds so many.
            foreach (double q in new[] { 1, 10, 25, 50, 90, 95, 99, 99.9, 100 })
            {
                double expected = exact[Math.Max(0, (int)Math.Ceiling((q * count / 100) - 1e-6) - 1)] / 1000.0;
                Assert.InRange(bed.Quantile(q, minRequests: count)!.Value, expected * 0.98, expected * 1.02);
            }
        }
    }

    [Fact]
    public void Record_OfAnAttemptThatBeganBeforeAReset_CountsNothing()
    {
        StatisticsBed bed = new();
        int before = bed.Statistics.Epoch;
        bed.Record(20, times: 20);
        bed.Statistics.Reset();
        Assert.Equal(before + 1, bed.Statistics.Epoch);
        Assert.Equal(0, bed.Totals(60).Finished);

        bed.Statistics.Record(0, before, new AttemptSample(5_000, 200, AttemptFailure.None));
        bed.Statistics.Record(0, before, new AttemptSample(-1, 0, AttemptFailure.Connect));
        bed.Statistics.RecordCutBody(0, before);
        Assert.Equal(default, bed.Totals(60));
        Assert.Equal(0, bed.Statistics.FailuresInRow);

        bed.Record(20);
        Assert.Equal(1, bed.Totals(60).Finished);
    }

    [Fact]
    public void Reset_ClearsTheRowsAndWhatWasHarvested()
    {
        StatisticsBed bed = new();
        bed.Record(20, times: 20);
        bed.Fail(times: 3);
        bed.Advance(100);
        Assert.Equal(23, bed.Totals(60).Finished);
        bed.Statistics.Reset();
        Assert.Equal(default, bed.Totals(60));
        Assert.Equal((0, 0), (bed.Statistics.FailuresInRow, bed.Statistics.ConnectFailuresInRow));
    }

    [Fact]
    public void Rows_CountUpToTheNextSuccess()
    {
        StatisticsBed bed = new();
        bed.Fail(AttemptFailure.Connect, times: 2);
        Assert.Equal((2, 2), (bed.Statistics.FailuresInRow, bed.Statistics.ConnectFailuresInRow));
        bed.Fail(AttemptFailure.BeforeHead);
        Assert.Equal((3, 0), (bed.Statistics.FailuresInRow, bed.Statistics.ConnectFailuresInRow));
        bed.Fail(AttemptFailure.Connect);
        Assert.Equal((4, 1), (bed.Statistics.FailuresInRow, bed.Statistics.ConnectFailuresInRow));
        bed.Record(20, status: 500);
        Assert.Equal((0, 0), (bed.Statistics.FailuresInRow, bed.Statistics.ConnectFailuresInRow));
    }

    [Fact]
    public void TotalsOf_CountsWhatIsANetworkError()
    {
        StatisticsBed bed = new();
        bed.Record(20, status: 200, times: 3);
        bed.Record(20, status: 500);
        bed.Record(20, status: 503);
        bed.Record(20, status: 700);
        Assert.Equal(new WindowTotals(6, 0, 6), bed.Totals(1));

        bed.Record(20, status: 502);
        bed.Record(20, status: 504);
        bed.Fail(AttemptFailure.Connect);
        bed.Fail(AttemptFailure.BeforeHead);
        Assert.Equal(new WindowTotals(10, 4, 8), bed.Totals(1));

        bed.Statistics.RecordCutBody(0, bed.Statistics.Epoch);
        Assert.Equal(new WindowTotals(10, 5, 8), bed.Totals(1));
    }

    [Fact]
    public void Figures_AreThoseOfTheLastTenSeconds()
    {
        StatisticsBed bed = new();
        bed.Record(1000, times: 50);
        bed.Advance(11_000);
        bed.Record(10, times: 89);
        bed.Record(100, times: 9);
        bed.Record(400, status: 502, times: 2);
        bed.Waiting.Starts.AddRange([0, 1, 2]);
        bed.Advance(100);

        BackendFigures figures = bed.Statistics.Figures();
        Assert.Equal((100, 2, 10.0, 3), (figures.Attempts, figures.NetworkErrors, figures.AttemptsPerSecond, figures.Waiting));
        Assert.InRange(figures.Latency50!.Value, 9.8, 10.2);
        Assert.InRange(figures.Latency90!.Value, 98, 102);
        Assert.InRange(figures.Latency99!.Value, 392, 408);

        bed.Statistics.Reset();
        Assert.Null(bed.Statistics.Figures().Latency50);
    }
}
