using System.Collections.Immutable;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Cli.Options;

/// <summary>
/// Everything the command line and the environment say, validated: whoever holds one may use every value as it
/// stands. What each value means, its default and its risk stand in the flag table, from which <c>--help</c> and
/// <c>docs/flags.md</c> are written.
/// </summary>
internal sealed record ProxyOptions
{
    /// <summary>Every listening address, the admin one included; at least one, each name once (case ignored).</summary>
    public required ImmutableArray<EntryPointOptions> EntryPoints { get; init; }

    /// <summary>Discovery from Docker's labels; null = off.</summary>
    public DockerOptions? Docker { get; init; }

    /// <summary>Backends named on the command line; null = none.</summary>
    public StaticBackendOptions? Static { get; init; }

    /// <summary>API and ping.</summary>
    public required AdminOptions Admin { get; init; }

    /// <summary>Log to stderr.</summary>
    public required LogOptions Log { get; init; }

    /// <summary>Bounds on what one message and one process may take.</summary>
    public required LimitOptions Limits { get; init; }

    /// <summary>How long is waited for whom.</summary>
    public required TimeoutOptions Timeouts { get; init; }

    /// <summary>The byte mover behind the transport seam.</summary>
    public required TransportKind Transport { get; init; }

    /// <summary>Where <c>pipeproxy health</c> asks.</summary>
    public required StatusSocketOptions StatusSocket { get; init; }

    /// <summary>What was written and is not in force: each is logged once at the start and shown in the API.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; init; } = [];
}

/// <summary>An implementation of the transport seam.</summary>
internal enum TransportKind
{
    /// <summary>The best one this machine has.</summary>
    Auto,

    /// <summary>The portable one, over the runtime's sockets.</summary>
    Sockets,
}

/// <summary>Where the running instance answers <c>pipeproxy health</c>.</summary>
/// <param name="Path">A file path, or <c>@name</c> for an abstract name.</param>
/// <param name="IsDefault">Nobody named it, so the abstract name may stand in where the path cannot be written.</param>
internal sealed record StatusSocketOptions(string Path, bool IsDefault);
