using PipeProxy.Core.Resilience;

namespace PipeProxy.Core.Tests.Resilience;

public sealed class LatencyScaleTests
{
    private const long Hour = 3_600_000_000;

    [Fact]
    public void MiddleOf_OfAnyLatencyUpToAnHour_IsWithinTwoPercent()
    {
        Random random = new(1);
        double worst = 0;
        for (int i = 0; i < 500_000; i++)
        {
            long latency = (long)Math.Exp(random.NextDouble() * Math.Log(Hour));
            worst = Math.Max(worst, ErrorOf(latency));
        }

        Assert.InRange(worst, 0.001, 0.02);
    }

    [Fact]
    public void MiddleOf_AtBothEdgesOfEachBucket_IsWithinTwoPercent()
    {
        int edges = 0;
        for (long octave = 1; octave <= 1L << 31; octave *= 2)
        {
            for (int sub = 0; sub < 32; sub++)
            {
                long edge = octave + (octave * sub / 32);
                Assert.InRange(ErrorOf(edge), 0, 0.02);
                Assert.InRange(ErrorOf(Math.Max(1, edge - 1)), 0, 0.02);
                edges++;
            }
        }

        Assert.Equal(32 * 32, edges);
    }

    [Fact]
    public void BucketOf_OfGrowingLatencies_GoesUpByOneAtATime()
    {
        int last = LatencyScale.BucketOf(0);
        Assert.Equal(0, last);
        for (long latency = 1; latency < Hour; latency += Math.Max(1, latency / 100))
        {
            int bucket = LatencyScale.BucketOf(latency);
            Assert.InRange(bucket, last, last + 1);
            last = bucket;
        }

        Assert.InRange(last, LatencyScale.BucketCount - 32, LatencyScale.BucketCount - 1);
    }

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(0, 0)]
    [InlineData(63, 63)]
    [InlineData(64, 64)]
    [InlineData(65, 64)]
    [InlineData(127, 95)]
    [InlineData(128, 96)]
    [InlineData(long.MaxValue, LatencyScale.BucketCount - 1)]
    public void BucketOf_AtTheEdges_IsAsCountedByHand(long microseconds, int bucket) => Assert.Equal(bucket, LatencyScale.BucketOf(microseconds));

    [Fact]
    public void MicrosecondsOf_OfAWaitOfHours_DoesNotOverflow()
    {
        // Nanoseconds, as the system's clock counts them.
        Assert.Equal(1_000_000_000, TimeProvider.System.TimestampFrequency);
        Assert.Equal(0, LatencyScale.MicrosecondsOf(-1, TimeProvider.System));
        Assert.Equal(1_234_567, LatencyScale.MicrosecondsOf(1_234_567_890, TimeProvider.System));
        foreach (int hours in new[] { 1, 3, 5, 100 })
        {
            Assert.Equal(hours * 3_600_000_000L, LatencyScale.MicrosecondsOf(hours * 3_600_000_000_000L, TimeProvider.System));
        }
    }

    private static double ErrorOf(long latency) => Math.Abs(LatencyScale.MiddleOf(LatencyScale.BucketOf(latency)) - latency) / latency;
}
