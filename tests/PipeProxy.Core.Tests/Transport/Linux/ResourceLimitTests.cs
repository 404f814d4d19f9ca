using System.Globalization;
using System.Runtime.Versioning;
using PipeProxy.Core.Transport.Linux;

namespace PipeProxy.Core.Tests.Transport.Linux;

[SupportedOSPlatform("linux")]
public class ResourceLimitTests
{
    [Fact]
    public void TryGetDescriptors_Process_IsWhatTheKernelShows()
    {
        Assert.True(ResourceLimit.TryGetDescriptors(out ulong soft, out ulong hard));
        // proc(5): "Max open files            1024                 524288               files"
        string line = File.ReadLines("/proc/self/limits").Single(static line => line.StartsWith("Max open files", StringComparison.Ordinal));
        string[] columns = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((columns[0], columns[1]), (Show(soft), Show(hard)));
    }

    [Fact]
    public void TrySetDescriptors_SoftAboveHard_IsRefused()
    {
        Assert.True(ResourceLimit.TryGetDescriptors(out _, out ulong hard));
        Assert.True(hard == ulong.MaxValue || !ResourceLimit.TrySetDescriptors(hard + 1, hard));
    }

    private static string Show(ulong limit) => limit == ulong.MaxValue ? "unlimited" : limit.ToString(CultureInfo.InvariantCulture);
}
