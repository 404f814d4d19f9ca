using System.Globalization;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>The most memory that a process ever held, by the kernel's own count (proc(5): <c>VmHWM</c>).</summary>
internal static class PeakMemory
{
    /// <summary>In bytes.</summary>
    /// <param name="process">Its number on this machine.</param>
    public static long OfProcess(int process)
    {
        string line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>In bytes, of the first process of a container.</summary>
    public static async Task<long> OfContainerAsync(string container) =>
        OfProcess(int.Parse(await DockerHost.InspectAsync(container, "{{.State.Pid}}"), CultureInfo.InvariantCulture));
}
