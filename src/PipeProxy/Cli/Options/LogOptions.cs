using Microsoft.Extensions.Logging;
using PipeProxy.Core.Telemetry;

namespace PipeProxy.Cli.Options;

/// <summary>What is written to stderr and how.</summary>
internal sealed record LogOptions
{
    /// <summary>The least severe level that is written.</summary>
    public required LogLevel Level { get; init; }

    /// <summary>Text for people or one JSON object a line.</summary>
    public required LogFormat Format { get; init; }

    /// <summary>Colour where stderr is a terminal and <c>NO_COLOR</c> is not set.</summary>
    public required bool Colour { get; init; }
}
