using System.Collections.Immutable;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Cli;

/// <summary>How much a finding of <c>check</c> weighs.</summary>
internal enum CheckSeverity
{
    /// <summary>Good to know.</summary>
    Note,

    /// <summary>Not in force, and the rest is.</summary>
    Warning,

    /// <summary>Refused: a router, a service or a flag that will not be there.</summary>
    Refused,
}

/// <summary>One thing that <c>check</c> found.</summary>
/// <param name="Severity">How much it weighs.</param>
/// <param name="Problem">Where, what and why.</param>
internal readonly record struct CheckFinding(CheckSeverity Severity, ConfigurationProblem Problem);

/// <summary>What <c>check</c> found beyond the flags.</summary>
/// <param name="Findings">In the order in which they are to be read.</param>
/// <param name="Summary">One line of what was looked at: <c>3 routers, 2 services, 7 containers</c>.</param>
internal sealed record CheckFindings(ImmutableArray<CheckFinding> Findings, string Summary);
