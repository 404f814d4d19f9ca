using System.Collections.Immutable;

namespace PipeProxy.Cli.Options;

/// <summary>One router and one service from the command line, without Docker.</summary>
internal sealed record StaticBackendOptions
{
    /// <summary>At least one, each URL once.</summary>
    public required ImmutableArray<StaticBackend> Backends { get; init; }

    /// <summary>Cookie of the affinity; null = none.</summary>
    public string? StickyCookie { get; init; }

    /// <summary>Rule of the one router, Traefik v3's grammar.</summary>
    public required string Rule { get; init; }
}

/// <summary>A backend's URL in its parts.</summary>
/// <param name="Host">Name, IPv4, or IPv6 without brackets. A name is resolved again and again, each address a backend.</param>
/// <param name="Port">1 to 65535.</param>
internal readonly record struct StaticBackend(string Host, int Port)
{
    /// <summary><c>http://host:port</c>, IPv6 in brackets, the port always written.</summary>
    public string Url => Host.Contains(':') ? $"http://[{Host}]:{Port}" : $"http://{Host}:{Port}";
}
