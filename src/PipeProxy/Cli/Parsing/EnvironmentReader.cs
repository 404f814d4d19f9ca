using System.Text.RegularExpressions;
using PipeProxy.Cli.Flags;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Cli.Parsing;

/// <summary>
/// Reads flags from the environment: <c>PIPEPROXY_LOG_LEVEL</c> and, weaker, <c>TRAEFIK_LOG_LEVEL</c>. Nothing there
/// is ever refused for its name, because others put variables there too: an unknown one is a problem to show. The
/// variables that Docker links and Kubernetes services inject are passed over.
/// </summary>
internal static partial class EnvironmentReader
{
    private const string Source = "environment";
    private const string Ours = "PIPEPROXY_";
    private const string Traefiks = "TRAEFIK_";

    /// <summary>Adds what the environment says to <paramref name="values"/>, which hold what is stronger already.</summary>
    public static void Read(IReadOnlyDictionary<string, string> environment, FlagValues values, List<ConfigurationProblem> problems)
    {
        foreach (string prefix in (ReadOnlySpan<string>)[Ours, Traefiks])
        {
            foreach ((string variable, string value) in environment.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            {
                // A compose file's "${X:-}" gives empty variables: nobody has said anything.
                if (value.Length > 0 && variable.StartsWith(prefix, StringComparison.Ordinal))
                {
                    Take(variable, prefix, value, values, problems);
                }
            }
        }
    }

    private static void Take(string variable, string prefix, string value, FlagValues values, List<ConfigurationProblem> problems)
    {
        string name = variable[prefix.Length..];
        if (FlagTable.TryFindVariable(name, out FlagDefinition? flag, out string? entryPoint))
        {
            values.Add(flag, entryPoint, new GivenValue(variable, [value]));
        }
        else if (IsInjected(name))
        {
            return;
        }
        else if (TraefikFlags.FindVariable(name, out string flagName) is { } traefik)
        {
            if (TraefikFlags.AsksForTls(flagName, out string tlsEntryPoint))
            {
                values.Add(FlagTable.EntryPointTls, tlsEntryPoint, new GivenValue(variable, ["true"]));
            }

            ArgumentReader.Report(problems, Source, variable, traefik, value);
        }
        else
        {
            string? nearest = FlagTable.Nearest(name.ToLowerInvariant().Replace('_', '.'));
            string way = nearest is null ? "" : $"; did you mean {prefix}{nearest.ToUpperInvariant().Replace('.', '_').Replace('-', '_')}?";
            problems.Add(new ConfigurationProblem(Source, variable, "no flag has this name" + way));
        }
    }

    /// <summary>
    /// Docker links of a container called <c>traefik</c> or <c>pipeproxy</c> (<c>_PORT</c>, <c>_PORT_80_TCP_ADDR</c>,
    /// <c>_NAME</c>, <c>_ENV_...</c>, with a number before it in old compose files), and Kubernetes services
    /// (<c>_SERVICE_HOST</c>, <c>_SERVICE_PORT_WEB</c>).
    /// </summary>
    internal static bool IsInjected(string name) => InjectedName().IsMatch(name);

    [GeneratedRegex(@"^(?:\d+_)?(?:NAME|ENV_.*|PORT|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO|START|END))*|SERVICE_(?:HOST|PORT)(?:_.*)?)$", RegexOptions.CultureInvariant)]
    private static partial Regex InjectedName();
}
