using PipeProxy.Docker.Labels;

namespace PipeProxy.Docker;

/// <summary>What <c>--providers.docker.*</c> says. Spelling and defaults are Traefik v3's.</summary>
public sealed record DockerOptions
{
    /// <summary>The rule of a container that gives none.</summary>
    public const string DefaultRuleTemplate = "Host(`{{ normalize .Name }}`)";

    /// <summary>
    /// <c>unix:///path</c>, <c>tcp://host:port</c> or <c>http://host:port</c>. Null: the environment's
    /// <c>DOCKER_HOST</c>, else <c>unix:///var/run/docker.sock</c>. Risk: who can write to that socket is root on the host.
    /// </summary>
    public string? Endpoint { get; init; }

    /// <summary>Serve containers that do not say <c>traefik.enable</c>. Default true, as Traefik. Risk: a container nobody thought of is published.</summary>
    public bool ExposedByDefault { get; init; } = true;

    /// <summary>Network to use where a container names none and is in it. Null: the first one that PipeProxy shares, by name.</summary>
    public string? Network { get; init; }

    /// <summary>Expression over labels that a container has to meet: <c>Label(`k`,`v`)</c>, <c>LabelRegex(`k`,`re`)</c>, <c>&amp;&amp; || ! ( )</c>. Empty: all.</summary>
    public string Constraints { get; init; } = "";

    /// <summary>Template of the rule of a router that has none. See <see cref="Labels.DefaultRule"/> for what it may hold.</summary>
    public string DefaultRule { get; init; } = DefaultRuleTemplate;

    /// <summary>
    /// How long names stay with those who had them after their last container: no other project can take them meanwhile.
    /// Default 60 s, and the same time for which the applied configuration keeps routers and services; 0 = not at all.
    /// </summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What is wrong with these options, each as flag and reason; empty when all is well. Connects to nothing.</summary>
    public IReadOnlyList<(string Flag, string Reason)> Validate()
    {
        List<(string, string)> wrong = [];
        if (PipeProxy.Docker.Engine.EngineEndpoint.TryParse(Endpoint, out _) is { } endpointError)
        {
            wrong.Add(("--providers.docker.endpoint", endpointError));
        }

        if (ConstraintExpression.TryParse(Constraints, out _) is { } constraintError)
        {
            wrong.Add(("--providers.docker.constraints", constraintError));
        }

        if (Labels.DefaultRule.TryParse(DefaultRule, out _) is { } ruleError)
        {
            wrong.Add(("--providers.docker.defaultrule", ruleError));
        }

        if (ForgetAfter < TimeSpan.Zero)
        {
            wrong.Add(("--providers.docker.forgetafter", "a time is 0 or more"));
        }

        return wrong;
    }
}
