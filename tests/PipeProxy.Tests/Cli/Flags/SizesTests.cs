using PipeProxy.Cli.Flags;

namespace PipeProxy.Tests.Cli.Flags;

public class SizesTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("8KiB", 8192)]
    [InlineData("8k", 8192)]
    [InlineData("64MB", 64L << 20)]
    [InlineData("1gib", 1L << 30)]
    [InlineData("12B", 12)]
    public void TryParse_Size_GivesBytes(string text, long bytes)
    {
        Assert.True(Sizes.TryParse(text, out long value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("KiB")]
    [InlineData("-1")]
    [InlineData("1.5M")]
    [InlineData("8 KiB")]
    [InlineData("1TiB")]
    [InlineData("9223372036854775807K")]
    [InlineData("99999999999999999999")]
    public void TryParse_NoSize_IsFalse(string text) => Assert.False(Sizes.TryParse(text, out _));

    [Fact]
    public void Between_OutsideTheBounds_NamesThem()
    {
        Reading<long> reading = Sizes.Between(1024, 1 << 20).Read("2MiB");
        Assert.False(reading.Ok);
        Assert.Equal("a size from 1KiB to 1MiB", reading.Expected);
    }

    [Theory]
    [InlineData(8192, "8KiB")]
    [InlineData(8193, "8193")]
    [InlineData(64L << 20, "64MiB")]
    [InlineData(0, "0")]
    public void Show_Bytes_UsesTheLargestUnit(long bytes, string text) => Assert.Equal(text, Sizes.Show(bytes));
}
