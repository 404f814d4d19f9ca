using PipeProxy.Core.Resilience;

namespace PipeProxy.Core.Tests.Resilience;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Clear_LeavesNothingForTheNextOne()
    {
        LatencyHistogram histogram = new();
        foreach (int bucket in new[] { 0, 20, LatencyScale.BucketCount - 1 })
        {
            histogram.Add(bucket, 5);
            histogram.Clear();
            histogram.Clear();
            Assert.Equal(0, histogram.Count);
        }

        histogram.Add(0, 1);
        histogram.Add(50, 1);
        histogram.Add(LatencyScale.BucketCount - 1, 2);
        Assert.Equal(0, histogram.QuantileOf(25));
        Assert.Equal(50, histogram.QuantileOf(50));
        Assert.Equal(LatencyScale.MiddleOf(LatencyScale.BucketCount - 1), histogram.QuantileOf(75));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(7, 7)]
    [InlineData(50, 50)]
    [InlineData(50.1, 51)]
    [InlineData(99, 99)]
    [InlineData(100, 100)]
    public void QuantileOf_IsTheNearestRank(double q, int rank)
    {
        // Bucket n up to 63 stands for n us; from there on two by two.
        LatencyHistogram histogram = new();
        for (int i = 1; i <= 100; i++)
        {
            histogram.Add(i, 1);
        }

        Assert.Equal(LatencyScale.MiddleOf(rank), histogram.QuantileOf(q));
    }
}
