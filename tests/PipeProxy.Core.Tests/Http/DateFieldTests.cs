using PipeProxy.Core.Http;

namespace PipeProxy.Core.Tests.Http;

public sealed class DateFieldTests
{
    [Fact]
    public void Now_SameSecond_SameBytesAndNextSecondNewOnes()
    {
        Clock clock = new() { Now = new DateTimeOffset(1994, 11, 6, 10, 49, 37, 10, TimeSpan.FromHours(2)) };
        DateField date = new(clock);
        Assert.Equal("Sun, 06 Nov 1994 08:49:37 GMT", Bytes.Text(date.Now));
        ReadOnlySpan<byte> first = date.Now;
        clock.Now += TimeSpan.FromMilliseconds(989);
        Assert.True(first == date.Now);
        clock.Now += TimeSpan.FromMilliseconds(1);
        Assert.Equal("Sun, 06 Nov 1994 08:49:38 GMT", Bytes.Text(date.Now));
        Assert.Equal("Sun, 06 Nov 1994 08:49:37 GMT", Bytes.Text(first));
    }

    [Fact]
    public void Now_ClockSetBack_Follows()
    {
        Clock clock = new() { Now = DateTimeOffset.UnixEpoch };
        DateField date = new(clock);
        Assert.Equal("Thu, 01 Jan 1970 00:00:00 GMT", Bytes.Text(date.Now));
        clock.Now -= TimeSpan.FromSeconds(1);
        Assert.Equal("Wed, 31 Dec 1969 23:59:59 GMT", Bytes.Text(date.Now));
    }

    private sealed class Clock : TimeProvider
    {
        internal DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
