using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Tests.Transport;

public sealed class ConnectionLimitTests
{
    [Fact]
    public void WhenFree_Full_ResumesOnceWhenOneLeaves()
    {
        var limit = new ConnectionLimit(2);
        limit.Enter();
        limit.Enter();
        int resumed = 0;
        limit.WhenFree(() => resumed++);
        Assert.True(limit.IsFull);
        Assert.Equal(0, resumed);
        limit.Leave();
        limit.Leave();
        Assert.Equal(1, resumed);
        Assert.Equal(0, limit.Count);
    }

    [Fact]
    public void WhenFree_RoomAlready_ResumesAtOnce()
    {
        var limit = new ConnectionLimit(2);
        limit.Enter();
        int resumed = 0;
        limit.WhenFree(() => resumed++);
        Assert.Equal(1, resumed);
    }

    [Fact]
    public async Task WhenFree_RacingWithTheLastLeave_IsNeverForgotten()
    {
        var limit = new ConnectionLimit(1);
        for (int i = 0; i < 20_000; i++)
        {
            limit.Enter();
            var resumed = new TaskCompletionSource();
            var leaving = Task.Run(limit.Leave);
            limit.WhenFree(resumed.SetResult);
            await resumed.Task.WaitAsync(TimeSpan.FromSeconds(15));
            await leaving;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Constructor_NoRoomAtAll_Throws(int maximum) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConnectionLimit(maximum));
}
