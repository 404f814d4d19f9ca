using PipeProxy.Cli.Flags;

namespace PipeProxy.Tests.Cli.Flags;

public class DurationsTests
{
    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("75", 75_000)]
    [InlineData("1h0m0.25s", 3_600_250)]
    [InlineData("2500us", 2)]
    [InlineData("24h", 86_400_000)]
    public void Read_GoForm_GivesTheTime(string text, long milliseconds) =>
        Assert.Equal(milliseconds, (long)Durations.Positive.Read(text).Value.TotalMilliseconds);

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("10 s")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData("1d")]
    [InlineData("1s5")]
    [InlineData("1..5s")]
    [InlineData("1e3s")]
    [InlineData("1,5s")]
    [InlineData("10sec")]
    [InlineData("\u0663s")]
    [InlineData("99999999999999999999s")]
    public void Read_NoDuration_SaysWhatOneIs(string text)
    {
        Reading<TimeSpan> reading = Durations.OrZero.Read(text);
        Assert.False(reading.Ok);
        Assert.Contains("1m30s", reading.Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0s")]
    public void Read_Zero_OnlyWhereItHasAMeaning(string text)
    {
        Assert.Equal(TimeSpan.Zero, Durations.OrZero.Read(text).Value);
        Assert.True(Durations.OrZero.Read(text).Ok);
        Assert.False(Durations.Positive.Read(text).Ok);
    }

    [Fact]
    public void Read_BelowTheResolution_IsRefused()
    {
        Assert.False(Durations.OrZero.Read("10us").Ok);
        Assert.False(Durations.Positive.Read("999us").Ok);
    }

    [Fact]
    public void Read_LongerThanATimerCounts_IsRefused()
    {
        Assert.True(Durations.Positive.Read("576h").Ok);
        Assert.False(Durations.Positive.Read("577h").Ok);
        Assert.True(Durations.Longest.TotalMilliseconds < int.MaxValue);
    }
}
