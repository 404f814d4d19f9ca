using System.Collections.Immutable;

namespace PipeProxy.Core.Configuration;

/// <summary>A step between router and service. One record a kind; the name is the label's.</summary>
public abstract record MiddlewareDefinition
{
    /// <summary>Name without the provider.</summary>
    public required string Name { get; init; }

    /// <summary>Where it was written, for problems.</summary>
    public string Source { get; init; } = "";
}

/// <summary><c>addprefix</c>: puts <see cref="Prefix"/> before the path.</summary>
public sealed record AddPrefixDefinition : MiddlewareDefinition
{
    /// <summary>Begins with a slash.</summary>
    public required string Prefix { get; init; }
}

/// <summary><c>headers</c>: sets request and response fields; an empty value removes the field.</summary>
public sealed record HeadersDefinition : MiddlewareDefinition
{
    /// <summary>Name and value; an empty value removes.</summary>
    public ImmutableArray<KeyValuePair<string, string>> CustomRequestHeaders { get; init; } = [];

    /// <summary>Name and value; an empty value removes.</summary>
    public ImmutableArray<KeyValuePair<string, string>> CustomResponseHeaders { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(HeadersDefinition? other) => base.Equals(other)
        && CustomRequestHeaders.AsSpan().SequenceEqual(other.CustomRequestHeaders.AsSpan())
        && CustomResponseHeaders.AsSpan().SequenceEqual(other.CustomResponseHeaders.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), CustomRequestHeaders.Length, CustomResponseHeaders.Length);
}

/// <summary><c>redirectscheme</c>: answers with a redirect where the request's scheme is another.</summary>
public sealed record RedirectSchemeDefinition : MiddlewareDefinition
{
    /// <summary><c>http</c> or <c>https</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>Port of the new location; null = none is written.</summary>
    public string? Port { get; init; }

    /// <summary>301 (308 for other methods than GET) instead of 302 (307).</summary>
    public bool Permanent { get; init; }
}

/// <summary><c>forwardauth</c>: asks another server whether the request may pass.</summary>
public sealed record ForwardAuthDefinition : MiddlewareDefinition
{
    /// <summary>Absolute http URL of the server that is asked.</summary>
    public required string Address { get; init; }

    /// <summary>Keep the request's own X-Forwarded-* fields when asking.</summary>
    public bool TrustForwardHeader { get; init; }

    /// <summary>Fields of the answer that are copied into the request, replacing what it had.</summary>
    public ImmutableArray<string> AuthResponseHeaders { get; init; } = [];

    /// <summary>Fields of the request that are sent along; empty = all.</summary>
    public ImmutableArray<string> AuthRequestHeaders { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(ForwardAuthDefinition? other) => base.Equals(other) && Address == other.Address && TrustForwardHeader == other.TrustForwardHeader
        && AuthResponseHeaders.AsSpan().SequenceEqual(other.AuthResponseHeaders.AsSpan())
        && AuthRequestHeaders.AsSpan().SequenceEqual(other.AuthRequestHeaders.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Address, TrustForwardHeader);
}

/// <summary>
/// <c>circuitbreaker</c>: takes a backend of the service out while <see cref="Expression"/> holds for it. Acts per
/// backend, on the services of the routers that name it; where none does, on those its container defines.
/// </summary>
public sealed record CircuitBreakerDefinition : MiddlewareDefinition
{
    /// <summary>In Traefik's expression language, unparsed: Core parses it, and reports the position of an error.</summary>
    public required string Expression { get; init; }

    /// <summary>How often it is evaluated. Default 100 ms.</summary>
    public TimeSpan CheckPeriod { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The first pause of an ejected backend; it doubles with each ejection in a row, up to 5 min. Default 10 s.</summary>
    public TimeSpan FallbackDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the first request to the full share. Default 10 s.</summary>
    public TimeSpan RecoveryDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Status at the end of a hold. Default 503.</summary>
    public int ResponseCode { get; init; } = 503;

    /// <summary>Samples below which nothing is concluded. Default 10. Low: one bad answer ejects; high: slow to see.</summary>
    public int MinRequests { get; init; } = 10;

    /// <summary>Share of a service's backends that may be ejected at a time, in percent. Default 67.</summary>
    public int MaxEjectionPercent { get; init; } = 67;
}

/// <summary><c>retry</c>: further attempts, and for which answers.</summary>
public sealed record RetryDefinition : MiddlewareDefinition
{
    /// <summary>Attempts in all, the first one included.</summary>
    public required int Attempts { get; init; }

    /// <summary>Pause before the second attempt; it doubles with each further one up to twice itself. Zero = none.</summary>
    public TimeSpan InitialInterval { get; init; }

    /// <summary>Status codes of answers that are asked for again elsewhere: first and last of each range.</summary>
    public ImmutableArray<(int First, int Last)> Status { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(RetryDefinition? other) => base.Equals(other) && Attempts == other.Attempts && InitialInterval == other.InitialInterval
        && Status.AsSpan().SequenceEqual(other.Status.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Attempts, InitialInterval);
}
