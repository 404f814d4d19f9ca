using System.Collections.Immutable;

namespace PipeProxy.Core.Configuration;

/// <summary>A named set of backends.</summary>
public sealed record ServiceDefinition
{
    /// <summary>Name without the provider.</summary>
    public required string Name { get; init; }

    /// <summary>The backends. May be empty: the service is known, and nobody serves it now.</summary>
    public ImmutableArray<ServerDefinition> Servers { get; init; } = [];

    /// <summary>Affinity by cookie; null = none.</summary>
    public StickyCookie? Sticky { get; init; }

    /// <summary>
    /// Methods whose requests may be sent again after their bytes were sent, comma-separated, upper case; it replaces the
    /// list of idempotent methods. Null = that list. Risk of naming POST: it may run twice.
    /// </summary>
    public string? RetryMethods { get; init; }

    /// <summary>
    /// Circuit breakers that the same container defines: <c>name</c> or <c>name@provider</c>. One that no router of the
    /// whole configuration names is in force here.
    /// </summary>
    public ImmutableArray<string> OwnBreakers { get; init; } = [];

    /// <summary>How long a request waits for a usable backend; null = the data plane's default (5 s).</summary>
    public TimeSpan? HoldTime { get; init; }

    /// <summary>How many requests wait at most; null = the data plane's default (1 000).</summary>
    public int? HoldLength { get; init; }

    /// <summary>How long a new backend takes to its full share; null = 10 s, zero = it has it at once.</summary>
    public TimeSpan? Ramp { get; init; }

    /// <summary>Asked of each backend at intervals; null = none.</summary>
    public HealthCheckDefinition? HealthCheck { get; init; }

    /// <summary>Requests that fail in a row of time; null = none.</summary>
    public PassiveHealthCheckDefinition? PassiveHealthCheck { get; init; }

    /// <summary>The client's Host goes to the backend (true, as Traefik), or the backend's own address.</summary>
    public bool PassHostHeader { get; init; } = true;

    /// <summary>Where it was written, for problems.</summary>
    public string Source { get; init; } = "";

    /// <inheritdoc/>
    public bool Equals(ServiceDefinition? other) => other is not null && Name == other.Name && Servers.AsSpan().SequenceEqual(other.Servers.AsSpan())
        && OwnBreakers.AsSpan().SequenceEqual(other.OwnBreakers.AsSpan()) && HoldTime == other.HoldTime && HoldLength == other.HoldLength && Ramp == other.Ramp
        && Equals(HealthCheck, other.HealthCheck) && Equals(PassiveHealthCheck, other.PassiveHealthCheck)
        && Equals(Sticky, other.Sticky) && PassHostHeader == other.PassHostHeader && RetryMethods == other.RetryMethods && Source == other.Source;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Servers.Length, Sticky, PassHostHeader);
}
