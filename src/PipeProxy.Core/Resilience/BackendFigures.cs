namespace PipeProxy.Core.Resilience;

/// <summary>How one backend did over the last 10 s, for people.</summary>
/// <param name="Attempts">Attempts that ended.</param>
/// <param name="NetworkErrors">Network errors: no connection, no valid head, body cut short, and answers 502 and 504.</param>
/// <param name="AttemptsPerSecond">Attempts that ended a second, over those 10 s.</param>
/// <param name="Latency50">Time to response head in milliseconds that 50 % did not exceed; null = none came.</param>
/// <param name="Latency90">The same for 90 %.</param>
/// <param name="Latency99">The same for 99 %.</param>
/// <param name="Waiting">Attempts in flight that wait for a response head now.</param>
public sealed record BackendFigures(
    int Attempts, int NetworkErrors, double AttemptsPerSecond, double? Latency50, double? Latency90, double? Latency99, int Waiting);
