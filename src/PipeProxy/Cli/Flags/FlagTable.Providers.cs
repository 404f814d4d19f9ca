using PipeProxy.Cli.Options;

namespace PipeProxy.Cli.Flags;

internal static partial class FlagTable
{
    /// <summary>Traefik's own default rule.</summary>
    private const string TraefikDefaultRule = "Host(`{{ normalize .Name }}`)";

    /// <summary>Discovery from Docker.</summary>
    public static Flag<bool> Docker { get; } = new()
    {
        Name = "providers.docker",
        Group = FlagGroup.Docker,
        Syntax = Syntaxes.Boolean,
        Default = "false",
        DefaultMeaning = "false; true where another flag of this group is given",
        Meaning = "Finds backends by the labels of containers.",
        Risk = "Whoever reaches the engine's socket owns the machine, mounted read-only or not: a read-only socket proxy between the two is safer.",
        Traefik = Same,
    };

    /// <summary>Where the engine is.</summary>
    public static Flag<Uri> DockerEndpoint { get; } = new()
    {
        Name = "providers.docker.endpoint",
        Group = FlagGroup.Docker,
        Syntax = Addresses.Engine,
        Default = "unix:///var/run/docker.sock",
        DefaultMeaning = "DOCKER_HOST, else unix:///var/run/docker.sock",
        Meaning = "The Docker Engine: unix:///path, tcp://host:port or http://host:port.",
        Risk = "tcp:// and http:// are in clear: only inside a network of your own.",
        Traefik = Same,
    };

    /// <summary>Containers without traefik.enable.</summary>
    public static Flag<bool> DockerExposedByDefault { get; } = new()
    {
        Name = "providers.docker.exposedbydefault",
        Group = FlagGroup.Docker,
        Syntax = Syntaxes.Boolean,
        Default = "true",
        Meaning = "Serves containers that have no label traefik.enable.",
        Risk = "true serves every container with an exposed port, databases included.",
        Traefik = Same,
    };

    /// <summary>Whose addresses are used.</summary>
    public static Flag<string> DockerNetwork { get; } = new()
    {
        Name = "providers.docker.network",
        Group = FlagGroup.Docker,
        Syntax = Syntaxes.Text with { ValueName = "NETWORK" },
        DefaultMeaning = "one that PipeProxy is in as well",
        Meaning = "Network whose addresses are used for containers in several networks; the label traefik.docker.network wins.",
        Traefik = Same,
    };

    /// <summary>Which containers at all.</summary>
    public static Flag<string> DockerConstraints { get; } = new()
    {
        Name = "providers.docker.constraints",
        Group = FlagGroup.Docker,
        Syntax = Syntaxes.Constraints,
        DefaultMeaning = "every container",
        Meaning = "Serves only containers whose labels meet the expression: Label(`key`,`value`), LabelRegex(`key`,`pattern`), &&, ||, !, ( ).",
        Traefik = Same,
    };

    /// <summary>Rule of a router without one.</summary>
    public static Flag<string> DockerDefaultRule { get; } = new()
    {
        Name = "providers.docker.defaultrule",
        Group = FlagGroup.Docker,
        Syntax = Syntaxes.RuleTemplate,
        Default = TraefikDefaultRule,
        Meaning = "Rule of routers that have none, with {{ .Name }}, {{ normalize .Name }} and labels in it.",
        Traefik = Same,
    };

    /// <summary>How long a name stays known.</summary>
    public static Flag<TimeSpan> DockerForgetAfter { get; } = new()
    {
        Name = "providers.docker.forgetafter",
        Group = FlagGroup.Docker,
        Syntax = Durations.OrZero,
        Default = "60s",
        Meaning = "Time for which routers and services outlive their last container: 503 with Retry-After, not 404. 0 = not at all.",
        Risk = "Too short, and recreating a single container answers 404.",
    };

    /// <summary>A backend's URL.</summary>
    public static Flag<StaticBackend> Backend { get; } = new()
    {
        Name = "backend",
        Group = FlagGroup.Static,
        Syntax = Addresses.Backend,
        Repeatable = true,
        DefaultMeaning = "none",
        Meaning = "A backend to balance to: http://host:port. A name is resolved every 10s, each of its addresses a backend.",
    };

    /// <summary>Affinity of the backends.</summary>
    public static Flag<string> Sticky { get; } = new()
    {
        Name = "sticky",
        Group = FlagGroup.Static,
        Syntax = Addresses.Cookie,
        DefaultMeaning = "no affinity",
        Meaning = "Keeps a client on its backend by a cookie of this name (Path=/, HttpOnly).",
    };

    /// <summary>Which requests go to the backends.</summary>
    public static Flag<string> Rule { get; } = new()
    {
        Name = "rule",
        Group = FlagGroup.Static,
        Syntax = Syntaxes.Rule,
        Default = "PathPrefix(`/`)",
        Meaning = "Requests that go to the backends, in Traefik's rule language: Host(`example.org`) && PathPrefix(`/shop`).",
    };
}
