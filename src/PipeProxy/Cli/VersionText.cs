using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PipeProxy.Cli;

/// <summary>What this binary is.</summary>
internal static class VersionText
{
    private const string Unknown = "unknown";

    /// <summary>Version without the commit: <c>0.1.0</c>.</summary>
    public static string Version => Split().Version;

    /// <summary>Commit it was built from; <c>unknown</c> where it was built outside of a repository.</summary>
    public static string Commit => Split().Commit;

    /// <summary>As <c>pipeproxy version</c> prints it.</summary>
    public static string Text()
    {
        string kind = RuntimeFeature.IsDynamicCodeSupported ? "JIT" : "native AOT";
        return $"""
            pipeproxy {Version}
            commit    {Commit}
            runtime   {RuntimeInformation.FrameworkDescription} ({kind})
            platform  {RuntimeInformation.RuntimeIdentifier}, {RuntimeInformation.OSDescription.Trim()}

            """;
    }

    private static (string Version, string Commit) Split()
    {
        string full = typeof(VersionText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? Unknown;
        int plus = full.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? (full, Unknown) : (full[..plus], full[(plus + 1)..]);
    }
}
