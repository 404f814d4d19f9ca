using PipeProxy.Cli;

namespace PipeProxy.Tests.Cli;

public class DescriptorLimitTests
{
    [Theory]
    [InlineData(1_048_576ul, 1_046_576)]
    [InlineData(4_000ul, 2_000)]
    [InlineData(3_999ul, 1_999)]
    [InlineData(1_024ul, 512)]
    [InlineData(1ul, 1)]
    [InlineData(ulong.MaxValue, int.MaxValue)]
    public void ConnectionsFor_Descriptors_KeepsAReserve(ulong descriptors, int connections) =>
        Assert.Equal(connections, DescriptorLimit.ConnectionsFor(descriptors));

    [Fact]
    public void Raise_Twice_FindsNothingLeftToRaise()
    {
        DescriptorLimit first = DescriptorLimit.Raise();
        DescriptorLimit second = DescriptorLimit.Raise();
        Assert.True(first.Descriptors >= first.Before);
        Assert.Equal(first.Descriptors, second.Before);
        Assert.Equal(first.Connections, second.Connections);
        Assert.True(second.Connections > 0);
    }
}
