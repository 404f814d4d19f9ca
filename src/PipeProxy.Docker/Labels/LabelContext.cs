using System.Collections.Immutable;
using System.Net;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Docker.Labels;

/// <summary>What labels are read against, besides themselves: the options, and where the proxy stands.</summary>
internal sealed class LabelContext
{
    private readonly ConstraintExpression? _constraint;

    public LabelContext(DockerOptions options, ImmutableArray<IPNetwork> localNetworks, IPAddress hostAddress)
    {
        Options = options;
        LocalNetworks = localNetworks;
        HostAddress = hostAddress;
        if (ConstraintExpression.TryParse(options.Constraints, out _constraint) is { } constraintError)
        {
            Problems = Problems.Add(new("--providers.docker.constraints", UntrustedText.Show(options.Constraints), $"no container is served: {constraintError}"));
        }

        if (Labels.DefaultRule.TryParse(options.DefaultRule, out var rule) is { } ruleError)
        {
            Problems = Problems.Add(new("--providers.docker.defaultrule", UntrustedText.Show(options.DefaultRule), ruleError));
        }

        DefaultRule = rule;
    }

    public DockerOptions Options { get; }

    /// <summary>Networks of the proxy's own interfaces.</summary>
    public ImmutableArray<IPNetwork> LocalNetworks { get; }

    /// <summary>Where containers in the host's network are reached.</summary>
    public IPAddress HostAddress { get; }

    /// <summary>Null where the template is wrong.</summary>
    public DefaultRule? DefaultRule { get; }

    /// <summary>What is wrong with the options.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; } = [];

    /// <summary>The container is to be served, by <c>enable</c>, <c>exposedbydefault</c> and the constraints.</summary>
    public bool IsExposed(IReadOnlyDictionary<string, string> labels)
    {
        var enabled = Options.ExposedByDefault;
        if (EnableLabel(labels) is { } label)
        {
            // A malformed value exposes nothing: whoever wrote the label had a wish, and publishing by mistake is the worse error.
            enabled = LabelValue.Bool(new LabelEntry("", false, [], label.Value), new ProblemList("")) ?? false;
        }

        return enabled && _constraint is not null && _constraint.IsMetBy(labels);
    }

    /// <summary>The container is exposed, or somebody tried to say so and slipped, which is to be told.</summary>
    public bool IsOfInterest(IReadOnlyDictionary<string, string> labels) =>
        IsExposed(labels) || (EnableLabel(labels) is { } label && LabelValue.Bool(new LabelEntry("", false, [], label.Value), new ProblemList("")) is null);

    /// <summary>The label that says whether the container is to be served: ours before Traefik's.</summary>
    public static KeyValuePair<string, string>? EnableLabel(IReadOnlyDictionary<string, string> labels)
    {
        KeyValuePair<string, string>? found = null;
        foreach (var label in labels)
        {
            if (label.Key.Equals("pipeproxy.enable", StringComparison.OrdinalIgnoreCase))
            {
                return label;
            }

            if (label.Key.Equals("traefik.enable", StringComparison.OrdinalIgnoreCase))
            {
                found = label;
            }
        }

        return found;
    }
}
