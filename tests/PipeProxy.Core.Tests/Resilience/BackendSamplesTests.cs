using PipeProxy.Core.Resilience;

namespace PipeProxy.Core.Tests.Resilience;

public sealed class BackendSamplesTests
{
    [Fact]
    public void Functions_WithTooFewSamples_SayNothing()
    {
        StatisticsBed bed = new();
        bed.Record(50, times: 9);
        Assert.Null(bed.Quantile(50));
        Assert.Null(bed.ErrorRatio());
        Assert.False(bed.Samples().TryResponseCodeRatio(500, 600, 0, 600, out _));
        Assert.NotNull(bed.Quantile(0, minRequests: 9));
        Assert.NotNull(bed.ErrorRatio(minRequests: 9));
        bed.Record(50);
        Assert.NotNull(bed.Quantile(50));
        Assert.Equal(0, bed.ErrorRatio());
    }

    [Theory]
    [InlineData(50, 10, 10)]
    [InlineData(75, 10, 20)]
    [InlineData(95, 10, 100)]
    [InlineData(99, 10, 500)]
    [InlineData(99.9, 10, 1000)]
    [InlineData(100, 10, 1000)]
    [InlineData(0, 10, 10)]
    [InlineData(50, 40, 40)]
    [InlineData(99.9, 3000, 3000)]
    public void TryLatency_NeedsFiveSamplesBeyondTheQuantile(double q, int minRequests, int needed)
    {
        StatisticsBed bed = new();
        bed.Record(50, times: needed - 1);
        Assert.Null(bed.Quantile(q, minRequests));
        bed.Record(50);
        Assert.NotNull(bed.Quantile(q, minRequests));
    }

    [Fact]
    public void Functions_InARecovery_NeedThree()
    {
        StatisticsBed bed = new();
        bed.Record(50, times: 2);
        Assert.Null(bed.Quantile(99, isRecovery: true));
        Assert.Null(bed.ErrorRatio(isRecovery: true));
        bed.Fail();
        Assert.Equal(1.0 / 3, bed.ErrorRatio(isRecovery: true));
        Assert.Null(bed.Quantile(99, isRecovery: true));
        bed.Record(50);
        Assert.NotNull(bed.Quantile(99, isRecovery: true));
    }

    [Fact]
    public void TryLatency_LooksAtTheShortestWindowThatHoldsEnough()
    {
        StatisticsBed bed = new();
        bed.Record(20, times: 200);
        bed.Advance(3_000);
        bed.Record(300, times: 9);
        bed.Advance(100);

        // Nine of now are too few: those of 3 s ago are in the window of 5 s.
        Assert.InRange(bed.Quantile(50)!.Value, 19.6, 20.4);
        bed.Record(300);
        Assert.InRange(bed.Quantile(50)!.Value, 294, 306);
        Assert.Equal("0.5 s", bed.Samples() is var samples && samples.TryLatencyAtQuantileMS(50, out _) ? samples.TakeWindowsUsed() : "");
        Assert.Equal("", samples.TakeWindowsUsed());
    }

    [Fact]
    public void TryLatency_OfARampThatIsNoRecovery_SaysNothing()
    {
        StatisticsBed bed = new();
        bed.Record(300, times: 2000);
        bed.Waiting.Starts.Add(0);
        BackendSamples samples = bed.Samples(isLatencyLeftOut: true);
        Assert.False(samples.TryLatencyAtQuantileMS(50, out _));
        Assert.True(samples.TryNetworkErrorRatio(out _));
    }

    [Fact]
    public void TryLatency_OfAWaitingAttempt_RaisesAndNeverLowers()
    {
        Random random = new(7);
        for (int round = 0; round < 300; round++)
        {
            StatisticsBed bed = new();
            bed.Advance(5_000);
            int count = random.Next(10, 60);
            for (int i = 0; i < count; i++)
            {
                bed.Record(random.Next(1, 200));
            }

            double q = random.Next(0, 51);
            double alone = bed.Quantile(q)!.Value;
            List<double> counted = [];
            for (int i = random.Next(0, 80); i > 0; i--)
            {
                double age = random.Next(0, 400);
                bed.Waiting.Starts.Add(bed.Now - (long)(age * 1000));
                if (age > alone)
                {
                    counted.Add(age);
                }
            }

            double together = bed.Quantile(q)!.Value;
            Assert.True(together >= alone, $"{together} < {alone}");
            if (counted.Count == 0)
            {
                Assert.Equal(alone, together);
            }
        }
    }

    [Fact]
    public void TryLatency_WhileNothingFinished_CountsAllThatWait()
    {
        StatisticsBed bed = new();
        bed.Advance(1_000);
        for (int i = 0; i < 9; i++)
        {
            bed.Waiting.Starts.Add(bed.Now);
        }

        bed.Advance(200);
        Assert.Null(bed.Quantile(50));
        bed.Waiting.Starts.Add(bed.Now - 10_000);
        Assert.InRange(bed.Quantile(50)!.Value, 196, 204);
        Assert.Null(bed.ErrorRatio());
    }

    [Fact]
    public void TryLatency_OfYoungWaitingOnes_DoesNotCountThemAsSamples()
    {
        StatisticsBed bed = new();
        bed.Record(100, times: 5);
        bed.Advance(100);
        for (int i = 0; i < 50; i++)
        {
            bed.Waiting.Starts.Add(bed.Now - 10_000);
        }

        Assert.Null(bed.Quantile(50));
    }

    /// <summary>
    /// By hand: at 300 ms the last 0.5 s hold 20 finished ones of 50 ms, and of the 35 that wait (each 10 ms another one,
    /// the oldest 350 ms) 30 are older than 50 ms. The 25th of those 50 is the 5th that waits: 50 + 5 x 10 = 100 ms.
    /// </summary>
    [Fact]
    public void TryLatency_OfAHungNode_CrossesTheLimitWithinHalfASecond()
    {
        StatisticsBed bed = new();
        for (int i = 0; i < 3000; i++)
        {
            bed.Advance(10);
            if (i >= 5)
            {
                bed.Record(50);
            }
        }

        // The five whose answers never come, and a further one every 10 ms.
        for (int i = 0; i < 5; i++)
        {
            bed.Waiting.Starts.Add(bed.Now - ((4 - i) * 10_000));
        }

        Assert.InRange(bed.Quantile(50)!.Value, 49, 51);
        double crossed = -1;
        for (int i = 1; i <= 50; i++)
        {
            bed.Advance(10);
            bed.Waiting.Starts.Add(bed.Now);
            if (i % 10 == 0 && crossed < 0 && bed.Quantile(50) > 100)
            {
                crossed = i * 10;
            }
        }

        Assert.InRange(crossed, 300, 400);
    }

    [Fact]
    public void TryLatency_WithOneInTenSlow_TellsTheMedianFromTheTail()
    {
        StatisticsBed bed = new();
        for (int i = 0; i < 1000; i++)
        {
            bed.Record(i % 10 == 3 ? 450 : 40);
            bed.Advance(10);
        }

        Assert.InRange(bed.Quantile(50)!.Value, 39.2, 40.8);
        Assert.InRange(bed.Quantile(95)!.Value, 441, 459);
        Assert.InRange(bed.Quantile(89)!.Value, 39.2, 40.8);
    }

    [Fact]
    public void TryNetworkErrorRatio_IsErrorsOfAttempts_AtMostOne()
    {
        StatisticsBed bed = new();
        bed.Record(20, times: 6);
        bed.Fail(times: 3);
        bed.Record(20, status: 504);
        Assert.Equal(0.4, bed.ErrorRatio());

        StatisticsBed cut = new();
        cut.Fail(times: 10);
        cut.Statistics.RecordCutBody(0, 0);
        Assert.Equal(1, cut.ErrorRatio());
    }

    [Theory]
    [InlineData(500, 600, 0, 600, 0.3)]
    [InlineData(500, 504, 0, 600, 0.2)]
    [InlineData(500, 600, 200, 300, 0.5)]
    [InlineData(400, 500, 500, 600, 1.0 / 3)]
    [InlineData(200, 201, 300, 400, 0)]
    [InlineData(599, 600, 0, 600, 0.1)]
    [InlineData(600, 700, 0, 700, 0)]
    public void TryResponseCodeRatio_DividesTwoRanges_WithoutTheirEnds(int from, int to, int dividedByFrom, int dividedByTo, double expected)
    {
        StatisticsBed bed = new();
        bed.Record(20, status: 200, times: 6);
        bed.Record(20, status: 404);
        bed.Record(20, status: 500);
        bed.Record(20, status: 503);
        bed.Record(20, status: 599);
        bed.Fail(times: 4);
        Assert.True(bed.Samples().TryResponseCodeRatio(from, to, dividedByFrom, dividedByTo, out double ratio));
        Assert.Equal(expected, ratio, 9);
    }

    [Fact]
    public void TryRequestThreshold_IsTheLastTenSecondsFinishedAttempts()
    {
        StatisticsBed bed = new();
        bed.Record(20, times: 100);
        bed.Advance(5_000);
        bed.Record(20, times: 6);
        bed.Fail();
        Assert.Equal(107, Threshold());
        bed.Advance(5_600);
        Assert.Equal(7, Threshold());
        bed.Advance(5_000);
        Assert.Equal(0, Threshold());

        double Threshold() => bed.Samples().TryRequestThreshold(out double requests) ? requests : -1;
    }
}
