using System.Collections.Immutable;

namespace PipeProxy.Core.Configuration;

/// <summary>A request that is made to each backend of a service at intervals (labels <c>loadbalancer.healthcheck.*</c>).</summary>
public sealed record HealthCheckDefinition
{
    /// <summary>Target of the request: begins with a slash, may have a query.</summary>
    public required string Path { get; init; }

    /// <summary>Method, a token. Default GET.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>From one check to the next of a healthy backend. Default 30 s, as Traefik's.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for an unhealthy one; null = <see cref="Interval"/>.</summary>
    public TimeSpan? UnhealthyInterval { get; init; }

    /// <summary>To the response head, with connecting. Default 5 s, as Traefik's. Over it: failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Status that is expected; 0 = any of 200 to 399.</summary>
    public int Status { get; init; }

    /// <summary>Host field; null = the backend's address.</summary>
    public string? Hostname { get; init; }

    /// <summary>Port to ask; 0 = the backend's.</summary>
    public int Port { get; init; }

    /// <summary>Further fields of the request.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Failures in a row that make a backend unhealthy (its first check ever counts alone). Default 2.</summary>
    public int FailuresToLeave { get; init; } = 2;

    /// <summary>Passes in a row that end it. Default 1: the ramp is the caution.</summary>
    public int PassesToReturn { get; init; } = 1;

    /// <inheritdoc/>
    public bool Equals(HealthCheckDefinition? other) => other is not null && Path == other.Path && Method == other.Method && Interval == other.Interval
        && UnhealthyInterval == other.UnhealthyInterval && Timeout == other.Timeout && Status == other.Status && Hostname == other.Hostname
        && Port == other.Port && Headers.AsSpan().SequenceEqual(other.Headers.AsSpan()) && FailuresToLeave == other.FailuresToLeave
        && PassesToReturn == other.PassesToReturn;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Path, Method, Interval, Timeout, Status);
}

/// <summary>Takes a backend out for <paramref name="FailureWindow"/> once so many attempts failed within it (labels <c>loadbalancer.passivehealthcheck.*</c>).</summary>
/// <param name="FailureWindow">How far back is counted, and how long the backend stays out. Default 10 s, as Traefik's.</param>
/// <param name="MaxFailedAttempts">Failed attempts (network errors) that take it out. Default 1, as Traefik's.</param>
public sealed record PassiveHealthCheckDefinition(TimeSpan FailureWindow, int MaxFailedAttempts);
