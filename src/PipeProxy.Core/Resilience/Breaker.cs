using PipeProxy.Core.Configuration;

namespace PipeProxy.Core.Resilience;

/// <summary>A circuit breaker in force: its definition and its compiled expression.</summary>
/// <param name="Definition">As published.</param>
/// <param name="FullName"><c>name@provider</c>.</param>
/// <param name="Expression">Compiled once.</param>
public sealed record Breaker(CircuitBreakerDefinition Definition, string FullName, BreakerExpression Expression);
