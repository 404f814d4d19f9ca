using PipeProxy.Core.Transport.Linux;

namespace PipeProxy.Cli;

/// <summary>How many descriptors, and so client connections, the process may have.</summary>
/// <param name="Before">Soft limit at the start; 0 = not known.</param>
/// <param name="Descriptors">Soft limit now; <see cref="long.MaxValue"/> = none; 0 = not known.</param>
/// <param name="Connections">Client connections that follow from it.</param>
internal readonly record struct DescriptorLimit(long Before, long Descriptors, int Connections)
{
    /// <summary>Kept back for backends, listeners, files and the runtime.</summary>
    public const int Reserve = 2_000;

    /// <summary>Where the system does not tell: what the smallest of usual limits (1 024) would give.</summary>
    private const int ConnectionsUnknown = 512;

    /// <summary>Raises the soft limit to the hard one. Call before the first socket.</summary>
    public static DescriptorLimit Raise()
    {
        if (!OperatingSystem.IsLinux() || !ResourceLimit.TryGetDescriptors(out ulong soft, out ulong hard))
        {
            return new DescriptorLimit(0, 0, ConnectionsUnknown);
        }

        // Where the kernel refuses (a seccomp filter), the soft limit is what there is.
        ulong now = soft < hard && ResourceLimit.TrySetDescriptors(hard, hard) ? hard : soft;
        return new DescriptorLimit(Clamp(soft), Clamp(now), ConnectionsFor(now));
    }

    /// <summary>The limit less <see cref="Reserve"/>; half of it where that would be more.</summary>
    internal static int ConnectionsFor(ulong descriptors)
    {
        ulong connections = descriptors >= 2 * Reserve ? descriptors - Reserve : descriptors / 2;
        return (int)Math.Clamp(connections, 1, int.MaxValue);
    }

    private static long Clamp(ulong limit) => (long)Math.Min(limit, long.MaxValue);
}
