using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace PipeProxy.Cli.Flags;

/// <summary>
/// Every flag there is. Names are Traefik's where Traefik has one for the same thing. The parts of the table stand one
/// a group in files of their own.
/// </summary>
internal static partial class FlagTable
{
    private const string EntryPointPrefix = "entrypoints.";

    private static readonly FrozenDictionary<string, FlagDefinition> ByName;
    private static readonly FrozenDictionary<string, FlagDefinition> ByNameInEntryPoint;

    // Not initialisers: between the files of a partial class their order is not defined, and these need all the others.
    static FlagTable()
    {
        All =
        [
            Address, TrustedIps, TrustEveryone, EntryPointTls, ReadTimeout, WriteTimeout, IdleTimeout, GraceTimeout,
            Docker, DockerEndpoint, DockerExposedByDefault, DockerNetwork, DockerConstraints, DockerDefaultRule, DockerForgetAfter,
            Backend, Sticky, Rule,
            Api, ApiInsecure, Ping, PingEntryPoint,
            LogLevel, LogFormat, LogNoColour,
            RequestHeadTimeout, LingerTimeout, ConnectTimeout, LastConnectTimeout, ResponseHeadTimeout, ResponseBodyTimeout,
            TunnelTimeout, UpstreamIdleTimeout, TcpKeepAlive,
            RequestLineLimit, HeadLimit, FieldLimit, ChunkExtensionLimit, TrailerLimit, ReplayLimit, ReplayTotalLimit,
            ConnectionLimit, IdlePerBackend,
            Transport, StatusSocket,
        ];
        ByName = All.Where(static flag => !flag.PerEntryPoint).ToFrozenDictionary(static flag => flag.Name, StringComparer.OrdinalIgnoreCase);
        ByNameInEntryPoint = All.Where(static flag => flag.PerEntryPoint)
            .ToFrozenDictionary(static flag => flag.NameInEntryPoint, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All flags, in the order of help.</summary>
    public static ImmutableArray<FlagDefinition> All { get; }

    /// <summary>The headline of a group.</summary>
    public static string TitleOf(FlagGroup group) => group switch
    {
        FlagGroup.EntryPoints => "Entry points",
        FlagGroup.Docker => "Docker",
        FlagGroup.Static => "Without Docker",
        FlagGroup.Api => "API and ping",
        FlagGroup.Log => "Log",
        FlagGroup.Timeouts => "Timeouts",
        FlagGroup.Limits => "Limits",
        FlagGroup.Process => "Process",
        _ => throw new ArgumentOutOfRangeException(nameof(group)),
    };

    /// <summary>The flag called <paramref name="name"/> (without dashes, case ignored) and the entry point it is about.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out FlagDefinition? flag, out string? entryPoint)
    {
        entryPoint = null;
        if (ByName.TryGetValue(name, out flag))
        {
            return true;
        }

        if (!TrySplitEntryPoint(name, out string candidate, out string rest) || !ByNameInEntryPoint.TryGetValue(rest, out flag))
        {
            return false;
        }

        entryPoint = candidate;
        return true;
    }

    /// <summary>
    /// The flag that a variable means, its prefix taken off: <c>ENTRYPOINTS_MY_WEB_ADDRESS</c> is about the entry
    /// point <c>my_web</c>. Entry points have lower-case names there, for variables have upper-case ones.
    /// </summary>
    public static bool TryFindVariable(string variable, [NotNullWhen(true)] out FlagDefinition? flag, out string? entryPoint)
    {
        string name = variable.ToLowerInvariant().Replace('_', '.');
        entryPoint = null;
        if (ByName.TryGetValue(name, out flag))
        {
            return true;
        }

        if (name.StartsWith(EntryPointPrefix, StringComparison.Ordinal))
        {
            foreach ((string inEntryPoint, FlagDefinition candidate) in ByNameInEntryPoint)
            {
                int length = name.Length - EntryPointPrefix.Length - inEntryPoint.Length - 1;
                if (length > 0 && name.EndsWith("." + inEntryPoint, StringComparison.Ordinal))
                {
                    string middle = name.Substring(EntryPointPrefix.Length, length).Replace('.', '_');
                    if (IsEntryPointName(middle))
                    {
                        (flag, entryPoint) = (candidate, middle);
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>The served flag that looks most like <paramref name="name"/>; null when none does.</summary>
    public static string? Nearest(string name)
    {
        // The unknown flag's own second part stands for the entry point, so that only the rest is compared.
        string[] parts = name.Split('.');
        string entryPoint = parts.Length > 2 && IsEntryPointName(parts[1]) ? parts[1] : "web";
        return NearestName.Find(name.ToLowerInvariant(), All.Select(flag => flag.NameFor(flag.PerEntryPoint ? entryPoint.ToLowerInvariant() : null)));
    }

    /// <summary>Letters, digits, dash and underscore: what can be written in a flag and in a router's label.</summary>
    public static bool IsEntryPointName(string name) => name.Length is > 0 and <= 64 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>Takes <c>entrypoints.NAME.REST</c> apart.</summary>
    internal static bool TrySplitEntryPoint(string name, out string entryPoint, out string rest)
    {
        (entryPoint, rest) = ("", "");
        if (!name.StartsWith(EntryPointPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        int dot = name.IndexOf('.', EntryPointPrefix.Length);
        if (dot < 0)
        {
            return false;
        }

        (entryPoint, rest) = (name[EntryPointPrefix.Length..dot], name[(dot + 1)..]);
        return IsEntryPointName(entryPoint);
    }
}
