using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PipeProxy.Core.Transport.Linux;

/// <summary>
/// The process's limit of open descriptors: getrlimit(2), setrlimit(2) with RLIMIT_NOFILE. 64-bit Linux alone, where
/// <c>rlim_t</c> is 64 bits wide on every architecture that .NET runs on.
/// </summary>
[SupportedOSPlatform("linux")]
public static partial class ResourceLimit
{
    /// <summary>RLIMIT_NOFILE of asm-generic/resource.h (x86-64, arm64, riscv64, loongarch64 alike).</summary>
    private const int NoFile = 7;

    /// <summary>Soft and hard limit of open descriptors; <see cref="ulong.MaxValue"/> = none (RLIM_INFINITY).</summary>
    /// <returns>False where the kernel refuses (EFAULT and EINVAL cannot occur here; a seccomp filter may say EPERM).</returns>
    public static bool TryGetDescriptors(out ulong soft, out ulong hard)
    {
        bool done = GetLimit(NoFile, out Limit limit) == 0;
        (soft, hard) = done ? (limit.Soft, limit.Hard) : (0, 0);
        return done;
    }

    /// <summary>Sets the soft limit; <paramref name="hard"/> stays what it was.</summary>
    /// <returns>False on EPERM (hard above fs.nr_open, or a seccomp filter) or EINVAL (soft above hard).</returns>
    public static bool TrySetDescriptors(ulong soft, ulong hard)
    {
        Limit limit = new() { Soft = soft, Hard = hard };
        return SetLimit(NoFile, limit) == 0;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
