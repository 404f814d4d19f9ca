using System.Collections.Immutable;
using System.Net;

namespace PipeProxy.Cli.Options;

/// <summary>One listening address and what holds for the connections it accepts.</summary>
internal sealed record EntryPointOptions
{
    /// <summary>
    /// The name of the admin entry point, Traefik's spelling.
    /// </summary>
    public const string AdminName = "traefik";

    /// <summary>Name as first written; routers name it, case ignored.</summary>
    public required string Name { get; init; }

    /// <summary>Local address; null = every address, dual-stack, IPv4 alone where there is no IPv6.</summary>
    public IPAddress? Host { get; init; }

    /// <summary>Port, 0 to 65535; 0 = any free one.</summary>
    public required int Port { get; init; }

    /// <summary>
    /// The admin entry point: routers that name no entry point are not served on it. True for the one named
    /// <see cref="AdminName"/>.
    /// </summary>
    public bool IsAdmin => string.Equals(Name, AdminName, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// <c>.http.tls</c> was given: every router here asks for TLS, which this version does not speak, so that each of
    /// them is refused rather than served in clear.
    /// </summary>
    public bool Tls { get; init; }

    /// <summary>Peers whose X-Forwarded-* fields are kept; empty = none.</summary>
    public ImmutableArray<IPNetwork> TrustedPeers { get; init; } = [];

    /// <summary>Every peer's X-Forwarded-* fields are kept.</summary>
    public bool TrustsEveryPeer { get; init; }

    /// <summary>Longest time without a byte of a request body; zero = for ever.</summary>
    public required TimeSpan ReadTimeout { get; init; }

    /// <summary>Longest time in which a client takes no byte of the answer; zero = for ever.</summary>
    public required TimeSpan WriteTimeout { get; init; }

    /// <summary>Longest time a keep-alive connection waits for its next request; zero = for ever.</summary>
    public required TimeSpan IdleTimeout { get; init; }

    /// <summary>At a stop: time in which requests under way may finish.</summary>
    public required TimeSpan GraceTimeout { get; init; }

    /// <summary>The address as a user writes it: <c>:80</c>, <c>127.0.0.1:80</c>, <c>[::1]:80</c>.</summary>
    public string Address => Host is null ? $":{Port}" : new IPEndPoint(Host, Port).ToString();
}
