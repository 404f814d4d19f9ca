using PipeProxy.Core.Resilience;

namespace PipeProxy.Core.Tests.Resilience;

public sealed class SingleSampleTests
{
    [Fact]
    public void Functions_OfAnAnswer_AreThatAnswer()
    {
        SingleSample samples = new(new AttemptSample(212_500, 503, AttemptFailure.None));
        Assert.True(samples.TryLatencyAtQuantileMS(99, out double latency));
        Assert.Equal(212.5, latency);
        Assert.True(samples.TryNetworkErrorRatio(out double errors));
        Assert.Equal(0, errors);
        Assert.True(samples.TryRequestThreshold(out double requests));
        Assert.Equal(1, requests);
        Assert.Equal(1, Ratio(samples, 500, 600, 0, 600));
        Assert.Equal(0, Ratio(samples, 500, 503, 0, 600));
        Assert.Equal(0, Ratio(samples, 500, 600, 200, 300));
    }

    [Theory]
    [InlineData(-1, 0, AttemptFailure.Connect)]
    [InlineData(-1, 0, AttemptFailure.BeforeHead)]
    [InlineData(5_000, 502, AttemptFailure.None)]
    [InlineData(5_000, 504, AttemptFailure.None)]
    public void IsGoodProbe_OfANetworkError_IsFalse(long latency, int status, object failure)
    {
        AttemptSample sample = new(latency, status, (AttemptFailure)failure);
        Assert.False(BreakerVerdicts.IsGoodProbe([], sample));
        SingleSample samples = new(sample);
        Assert.True(samples.TryNetworkErrorRatio(out double errors));
        Assert.Equal(1, errors);
        Assert.Equal(latency >= 0, samples.TryLatencyAtQuantileMS(50, out _));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(404)]
    [InlineData(500)]
    public void IsGoodProbe_OfAnAnswerWithoutBreakers_IsTrue(int status) =>
        Assert.True(BreakerVerdicts.IsGoodProbe([], new AttemptSample(5_000, status, AttemptFailure.None)));

    private static double Ratio(SingleSample samples, int from, int to, int dividedByFrom, int dividedByTo) =>
        samples.TryResponseCodeRatio(from, to, dividedByFrom, dividedByTo, out double ratio) ? ratio : -1;
}
