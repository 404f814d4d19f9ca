using System.Collections.Immutable;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Core.Resilience;

/// <summary>What expressions say about a backend, or about one probe of it.</summary>
internal static class BreakerVerdicts
{
    /// <summary>Whether a probe went well: it has an answer other than 502 and 504, and no expression holds on it alone.</summary>
    public static bool IsGoodProbe(ImmutableArray<Breaker> breakers, in AttemptSample sample)
    {
        SingleSample samples = new(sample);
        if (samples.IsNetworkError)
        {
            return false;
        }

        foreach (Breaker breaker in breakers)
        {
            if (breaker.Expression.Holds(samples))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The verdict of <paramref name="breaker"/>, whose expression holds on <paramref name="samples"/>.</summary>
    public static BreakerVerdict Of(Backend backend, Breaker breaker, BackendSamples samples)
    {
        bool isForLatency = breaker.Expression.HoldsForLatency(samples);
        double severity = breaker.Expression.SeverityOf(samples);
        _ = samples.TakeWindowsUsed();
        string values = breaker.Expression.Describe(samples);
        string windows = samples.TakeWindowsUsed();
        return new BreakerVerdict(backend, breaker, isForLatency, severity, windows.Length > 0 ? $"{values} over {windows}" : values);
    }

    /// <summary>
    /// The verdict of a passive health check: so many network errors within its window; null where there were fewer. A
    /// window is 60 s at most.
    /// </summary>
    public static BreakerVerdict? Of(Backend backend, PassiveHealthCheckDefinition check, BackendStatistics statistics, long nowTimestamp)
    {
        Window window = SlidingWindows.Of(check.FailureWindow);
        int failed = statistics.TotalsOf(window, nowTimestamp).NetworkErrors;
        int limit = Math.Max(1, check.MaxFailedAttempts);
        return failed < limit ? null : new BreakerVerdict(
            backend, null, false, (double)failed / limit, FormattableString.Invariant($"{failed} attempts failed within {window.Length.TotalSeconds:0.###} s, {limit} take it out"));
    }

    /// <summary>The one that counts where several hold for a backend: one for errors before one for latency, then the more severe.</summary>
    public static BreakerVerdict WorseOf(BreakerVerdict? first, in BreakerVerdict second) =>
        first is not { } one || (one.IsForLatency && !second.IsForLatency) || (one.IsForLatency == second.IsForLatency && second.Severity > one.Severity)
            ? second
            : one;
}
