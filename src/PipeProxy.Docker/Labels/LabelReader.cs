using System.Collections.Immutable;
using System.Globalization;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Docker.Labels;

/// <summary>What was read, and who owns which name: to be given back at the next reading.</summary>
internal sealed record LabelReading(ProviderConfiguration Configuration, ImmutableDictionary<string, string> Owners);

/// <summary>
/// From containers to configuration. A function of its arguments alone:
/// <code>
/// 1. leave out what is not exposed    LabelContext
/// 2. read each container's labels     ContainerDefinitions   (a bad label costs that label, no other)
/// 3. settle names                     DefinitionMerge
/// 4. put the servers into services    here
/// </code>
/// </summary>
internal static class LabelReader
{
    /// <summary>Name of the provider.</summary>
    public const string Provider = "docker";

    public static LabelReading Read(IEnumerable<ContainerFacts> containers, LabelContext context, ImmutableDictionary<string, string> owners)
    {
        var problems = new List<(ContainerFacts? From, ConfigurationProblem Problem)>();
        problems.AddRange(context.Problems.Select(static p => ((ContainerFacts?)null, p)));
        var read = new List<ContainerDefinitions>();
        foreach (var container in containers.OrderBy(static c => c.CreatedAt).ThenBy(static c => c.Id, StringComparer.Ordinal))
        {
            // 1.
            if (!context.IsExposed(container.Labels))
            {
                if (LabelContext.EnableLabel(container.Labels) is { } enable && container.Phase != ContainerPhase.Gone)
                {
                    var list = new ProblemList(container.Source);
                    LabelValue.Bool(new LabelEntry(enable.Key, false, [], enable.Value), list);
                    problems.AddRange(list.All().Select(p => ((ContainerFacts?)container, p with { Reason = p.Reason + "; the container is not served" })));
                }

                continue;
            }

            // 2.
            var definitions = ContainerDefinitions.Read(container, context);
            read.Add(definitions);
            if (container.Phase != ContainerPhase.Gone)
            {
                problems.AddRange(definitions.Problems.Select(p => ((ContainerFacts?)container, p)));
            }
        }

        // 3.
        var merge = new DefinitionMerge(owners, (from, key, reason) => problems.Add((from, new ConfigurationProblem(from.Source, UntrustedText.Show(key), reason))));
        var dispensable = read.SelectMany(static r => r.Dispensable).SelectMany(static n => new[] { n, n + "@" + Provider }).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var middlewares = merge.Merge("middleware", read.SelectMany(static r => r.Middlewares.Select(m => new Candidate<MiddlewareDefinition>(m.Name, m, Text(m), r.Container))))
            .Select(static m => m.Definition).ToImmutableArray();
        foreach (var middleware in middlewares)
        {
            dispensable.Remove(middleware.Name);
            dispensable.Remove(middleware.Name + "@" + Provider);
        }

        var routers = merge.Merge("router", read.SelectMany(static r => r.Routers.Select(d => new Candidate<RouterDefinition>(d.Name, d, Text(d), r.Container))))
            .Select(m => m.Definition with { Middlewares = m.Definition.Middlewares.RemoveAll(dispensable.Contains) }).ToImmutableArray();
        var services = merge.Merge("service", read.SelectMany(static r => r.Services.Select(s => new Candidate<(ServiceDefinition Definition, ServerDefinition? Server)>(s.Definition.Name, s, Text(s.Definition), r.Container))))
            // 4.
            .Select(static m => m.Definition.Definition with { Servers = [.. m.Accepted.Select(static c => c.Definition.Server).OfType<ServerDefinition>()] })
            .ToImmutableArray();

        var configuration = new ProviderConfiguration
        {
            Provider = Provider,
            Routers = routers,
            Services = services,
            Middlewares = middlewares,
            Problems = Once(problems),
        };
        return new LabelReading(configuration, merge.Owners);
    }

    // Replicas share their labels and their slips: one is enough, told of the oldest of them.
    private static ImmutableArray<ConfigurationProblem> Once(List<(ContainerFacts? From, ConfigurationProblem Problem)> problems) =>
        [.. problems.DistinctBy(static p => (p.From is { Project: { } project, ComposeService: { } service } ? project + "/" + service : p.Problem.Source, p.Problem.Key, p.Problem.Reason))
            .Select(static p => p.Problem)];

    private static string Text(RouterDefinition d) => Join(d.Rule, d.Service, Join([.. d.EntryPoints]), Join([.. d.Middlewares]), d.Priority?.ToString(CultureInfo.InvariantCulture) ?? "", d.Tls ? "tls" : "");

    private static string Text(ServiceDefinition d) => Join(d.PassHostHeader ? "pass" : "", d.RetryMethods ?? "", d.Sticky?.ToString() ?? "");

    private static string Text(MiddlewareDefinition definition) => definition switch
    {
        AddPrefixDefinition d => Join("addprefix", d.Prefix),
        HeadersDefinition d => Join("headers", Join([.. d.CustomRequestHeaders.Select(static h => h.ToString())]), Join([.. d.CustomResponseHeaders.Select(static h => h.ToString())])),
        RedirectSchemeDefinition d => Join("redirectscheme", d.Scheme, d.Port ?? "", d.Permanent ? "permanent" : ""),
        ForwardAuthDefinition d => Join("forwardauth", d.Address, d.TrustForwardHeader ? "trust" : "", Join([.. d.AuthResponseHeaders]), Join([.. d.AuthRequestHeaders])),
        _ => throw new ArgumentOutOfRangeException(nameof(definition), definition.GetType().Name, "a middleware that labels can't define"),
    };

    // Control characters never come out of a label, so that these can't be forged.
    private static string Join(params string[] parts) => string.Join('\u0001', parts.Select(static p => p.Replace("\u0001", "\u0001\u0002", StringComparison.Ordinal)));
}
