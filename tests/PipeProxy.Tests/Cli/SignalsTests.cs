using System.Runtime.InteropServices;
using PipeProxy.Cli;

namespace PipeProxy.Tests.Cli;

public class SignalsTests
{
    [Fact]
    public void Receive_First_AsksToStopAndEndsNothing()
    {
        List<int> ended = [];
        using Signals signals = new(ended.Add);
        Assert.False(signals.Stopping.IsCancellationRequested);
        signals.Receive(PosixSignal.SIGTERM);
        Assert.True(signals.Stopping.IsCancellationRequested);
        Assert.Equal("TERM", signals.First);
        Assert.Empty(ended);
    }

    [Theory]
    [InlineData(PosixSignal.SIGTERM, 143)]
    [InlineData(PosixSignal.SIGINT, 130)]
    public void Receive_Second_EndsAtOnceWithItsNumber(PosixSignal second, int exitCode)
    {
        List<int> ended = [];
        using Signals signals = new(ended.Add);
        signals.Receive(PosixSignal.SIGINT);
        signals.Receive(second);
        Assert.Equal([exitCode], ended);
    }
}
