namespace PipeProxy.Cli.Options;

/// <summary>How containers are found and read.</summary>
internal sealed record DockerOptions
{
    /// <summary>Engine: <c>unix:///path</c>, <c>tcp://host:port</c> or <c>http://host:port</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>A container without <c>traefik.enable</c> is served.</summary>
    public required bool ExposedByDefault { get; init; }

    /// <summary>Network whose addresses are used where a container names none; null = found out.</summary>
    public string? Network { get; init; }

    /// <summary>Expression over a container's labels that it must meet; null = every container.</summary>
    public string? Constraints { get; init; }

    /// <summary>Template of the rule of a router that has none, in Traefik's grammar.</summary>
    public required string DefaultRule { get; init; }

    /// <summary>Time for which routers and services outlive their last container; zero = not at all.</summary>
    public required TimeSpan ForgetAfter { get; init; }
}
