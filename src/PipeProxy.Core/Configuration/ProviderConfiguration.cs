using System.Collections.Immutable;

namespace PipeProxy.Core.Configuration;

/// <summary>
/// The whole configuration as one provider sees it at one moment. Publishing replaces what the same provider
/// published before; there is no partial update.
/// </summary>
public sealed record ProviderConfiguration
{
    /// <summary>Name of the provider: <c>docker</c>, <c>static</c> or <c>internal</c>. Objects are <c>name@provider</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>Routers, each name once.</summary>
    public ImmutableArray<RouterDefinition> Routers { get; init; } = [];

    /// <summary>Services, each name once.</summary>
    public ImmutableArray<ServiceDefinition> Services { get; init; } = [];

    /// <summary>Middlewares, each name once.</summary>
    public ImmutableArray<MiddlewareDefinition> Middlewares { get; init; } = [];

    /// <summary>What the provider read and could not use.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(ProviderConfiguration? other) => other is not null && Provider == other.Provider
        && Routers.AsSpan().SequenceEqual(other.Routers.AsSpan()) && Services.AsSpan().SequenceEqual(other.Services.AsSpan())
        && Middlewares.AsSpan().SequenceEqual(other.Middlewares.AsSpan()) && Problems.AsSpan().SequenceEqual(other.Problems.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Provider, Routers.Length, Services.Length, Middlewares.Length, Problems.Length);
}

/// <summary>Something a user wrote that is not in force.</summary>
/// <param name="Source">The container (name and short id) or flag it stands in.</param>
/// <param name="Key">The label or flag, in the user's spelling.</param>
/// <param name="Reason">Why it is not in force and what would mend it.</param>
public sealed record ConfigurationProblem(string Source, string Key, string Reason)
{
    /// <summary>How the reason of something begins that is understood and harmless to leave out.</summary>
    public const string NotInForce = "is not in force";

    /// <summary>True for what is wrong; false for what this version, or this proxy, merely does not serve.</summary>
    public bool IsRefusal() => !Reason.StartsWith(NotInForce, StringComparison.Ordinal);
}

/// <summary>A rule that leads to a service.</summary>
public sealed record RouterDefinition
{
    /// <summary>Name without the provider.</summary>
    public required string Name { get; init; }

    /// <summary>The rule in Traefik v3's grammar, unparsed: Core parses it, and reports the position of an error.</summary>
    public required string Rule { get; init; }

    /// <summary>Service it leads to: <c>name</c> (same provider) or <c>name@provider</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Entry points by name; empty = every entry point but the admin one.</summary>
    public ImmutableArray<string> EntryPoints { get; init; } = [];

    /// <summary>Middlewares in order: <c>name</c> or <c>name@provider</c>.</summary>
    public ImmutableArray<string> Middlewares { get; init; } = [];

    /// <summary>Higher goes first; null or 0 = the rule's length.</summary>
    public long? Priority { get; init; }

    /// <summary>It asks for TLS, and is therefore never served on an entry point in clear.</summary>
    public bool Tls { get; init; }

    /// <summary>Where it was written, for problems.</summary>
    public string Source { get; init; } = "";

    /// <inheritdoc/>
    public bool Equals(RouterDefinition? other) => other is not null && Name == other.Name && Rule == other.Rule && Service == other.Service
        && EntryPoints.AsSpan().SequenceEqual(other.EntryPoints.AsSpan()) && Middlewares.AsSpan().SequenceEqual(other.Middlewares.AsSpan())
        && Priority == other.Priority && Tls == other.Tls && Source == other.Source;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Rule, Service, Priority);
}

/// <summary>What the provider knows of a backend's being there. How it behaves is the data plane's to find out.</summary>
public enum ServerPresence
{
    /// <summary>Serves, as far as the provider knows.</summary>
    Running,

    /// <summary>Started; its port is not known to accept yet. The data plane finds out by connecting.</summary>
    Starting,

    /// <summary>Its own HEALTHCHECK says starting or unhealthy: only when no better one is left.</summary>
    Unhealthy,

    /// <summary>Told to stop: no new requests, those under way finish.</summary>
    Draining,

    /// <summary>Frozen: what waits on it is aborted.</summary>
    Paused,
}

/// <summary>One address that serves (Traefik's word: server).</summary>
public sealed record ServerDefinition
{
    /// <summary>
    /// Service + container id + port + scheme, or the URL of a static backend with the resolved address in place of
    /// the name. Affinity belongs to it.
    /// </summary>
    public required string Identity { get; init; }

    /// <summary>Identity + address + start time. Pool, statistics and breaker belong to it.</summary>
    public required string Instance { get; init; }

    /// <summary>As shown to people and named in logs: <c>http://172.18.0.3:3000</c>.</summary>
    public required string Url { get; init; }

    /// <summary>Container name, or the URL of a static backend: what people call it.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Where to connect. Null for a backend inside the process.</summary>
    public System.Net.IPEndPoint? Address { get; init; }

    /// <summary>Share relative to the others of the service: 1 by default, 0 = affinity only.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>What the provider knows of its being there.</summary>
    public ServerPresence Presence { get; init; } = ServerPresence.Running;

    /// <summary>
    /// Further cookie values that mean this backend and are rewritten to ours when met: Traefik's hash of the URL.
    /// </summary>
    public ImmutableArray<string> AffinityAliases { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(ServerDefinition? other) => other is not null && Identity == other.Identity && Instance == other.Instance && Url == other.Url
        && DisplayName == other.DisplayName && Equals(Address, other.Address) && Weight == other.Weight && Presence == other.Presence
        && AffinityAliases.AsSpan().SequenceEqual(other.AffinityAliases.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Identity, Instance, Weight, Presence);
}

/// <summary>Attributes of the affinity cookie, as the labels <c>sticky.cookie.*</c> give them.</summary>
public sealed record StickyCookie
{
    /// <summary>Cookie name, a token. Default: <c>_</c> and 5 hex digits of SHA-1 of the service's name, as Traefik.</summary>
    public required string Name { get; init; }

    /// <summary>HttpOnly attribute.</summary>
    public bool HttpOnly { get; init; }

    /// <summary>Secure attribute.</summary>
    public bool Secure { get; init; }

    /// <summary><c>none</c>, <c>lax</c>, <c>strict</c>, or null for no attribute.</summary>
    public string? SameSite { get; init; }

    /// <summary>Seconds; 0 = a session cookie, negative = expires at once.</summary>
    public int MaxAge { get; init; }

    /// <summary>Path attribute.</summary>
    public string Path { get; init; } = "/";

    /// <summary>Domain attribute; null = the host that was asked.</summary>
    public string? Domain { get; init; }
}
