using System.Collections.Immutable;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Resilience;

namespace PipeProxy.Core.Configuration;

/// <summary>What the data plane finds out about a backend by itself.</summary>
public enum BackendSignalKind
{
    /// <summary>Its port accepts connections: a starting backend is ready.</summary>
    PortOpen,

    /// <summary>Three attempts in a row failed before a valid response head.</summary>
    FailedInRow,

    /// <summary>A single probe of a probing backend went well.</summary>
    ProbePassed,

    /// <summary>A single probe of a probing backend did not.</summary>
    ProbeFailed,

    /// <summary>One health check passed.</summary>
    HealthPassed,

    /// <summary>One health check failed.</summary>
    HealthFailed,
}

/// <summary>One finding about one backend.</summary>
/// <param name="Kind">What was found.</param>
/// <param name="Detail">In one line for people: what failed, with its values.</param>
public readonly record struct BackendSignal(BackendSignalKind Kind, string Detail = "")
{
    /// <summary>Its port accepts connections.</summary>
    public static BackendSignal PortOpen { get; } = new(BackendSignalKind.PortOpen);
}

/// <summary>
/// The breakers' view of one service at one check. It is handed over whenever an expression holds for one of its backends,
/// and has all for which one does: how many there are decides whether a node is sick or the service.
/// </summary>
/// <param name="Service">The service.</param>
/// <param name="Verdicts">The backends for which an expression holds.</param>
public sealed record BreakerReport(Service Service, ImmutableArray<BreakerVerdict> Verdicts);

/// <summary>An expression holds for a backend.</summary>
/// <param name="Backend">The backend.</param>
/// <param name="Breaker">Whose expression; null = the service's passive health check.</param>
/// <param name="IsForLatency">It also holds with the ratio functions at 0.</param>
/// <param name="Severity">By how much, for "worst first": the greatest of value / constant over the comparisons that hold.</param>
/// <param name="Values">For people: <c>LatencyAtQuantileMS(50) = 212 &gt; 100 over 0.5 s</c>.</param>
public readonly record struct BreakerVerdict(Backend Backend, Breaker? Breaker, bool IsForLatency, double Severity, string Values);
