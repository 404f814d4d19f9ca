using System.Collections.Immutable;
using PipeProxy.Core.Balancing;

namespace PipeProxy.Core.Configuration;

/// <summary>Whether an object is in force, in the words of Traefik's API (lower case there).</summary>
public enum ObjectStatus
{
    /// <summary>In force.</summary>
    Enabled,

    /// <summary>In force, but not all of what was written.</summary>
    Warning,

    /// <summary>Not in force.</summary>
    Disabled,
}

/// <summary>A router, as it stands.</summary>
public sealed record RouterStatus
{
    /// <summary><c>name@provider</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Who published it.</summary>
    public required string Provider { get; init; }

    /// <summary>As published.</summary>
    public required RouterDefinition Definition { get; init; }

    /// <summary>In force or not.</summary>
    public required ObjectStatus Status { get; init; }

    /// <summary>Why not, or not wholly.</summary>
    public required ImmutableArray<string> Errors { get; init; }

    /// <summary>Entry points that serve it.</summary>
    public required ImmutableArray<string> EntryPoints { get; init; }

    /// <summary>Where it leads: <c>name@provider</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Its middlewares in order: <c>name@provider</c>.</summary>
    public required ImmutableArray<string> Middlewares { get; init; }

    /// <summary>The priority in force.</summary>
    public required long Priority { get; init; }

    /// <summary>Its provider no longer publishes it: kept for a while.</summary>
    public required bool IsRetained { get; init; }
}

/// <summary>A service, as it stands.</summary>
public sealed record ServiceStatus
{
    /// <summary><c>name@provider</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Who published it.</summary>
    public required string Provider { get; init; }

    /// <summary>As published; without servers where it is retained.</summary>
    public required ServiceDefinition Definition { get; init; }

    /// <summary>In force or not.</summary>
    public required ObjectStatus Status { get; init; }

    /// <summary>Why not wholly.</summary>
    public required ImmutableArray<string> Errors { get; init; }

    /// <summary>Routers that lead to it: <c>name@provider</c>.</summary>
    public required ImmutableArray<string> UsedBy { get; init; }

    /// <summary>Its backends with state, since when and why.</summary>
    public required ImmutableArray<BackendEntry> Backends { get; init; }

    /// <summary>Its provider no longer publishes it: kept for a while.</summary>
    public required bool IsRetained { get; init; }
}

/// <summary>A middleware, as it stands.</summary>
public sealed record MiddlewareStatus
{
    /// <summary><c>name@provider</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Who published it.</summary>
    public required string Provider { get; init; }

    /// <summary>As published.</summary>
    public required MiddlewareDefinition Definition { get; init; }

    /// <summary>In force or not.</summary>
    public required ObjectStatus Status { get; init; }

    /// <summary>Why not.</summary>
    public required ImmutableArray<string> Errors { get; init; }

    /// <summary>Routers that name it: <c>name@provider</c>.</summary>
    public required ImmutableArray<string> UsedBy { get; init; }

    /// <summary>Its provider no longer publishes it: kept for a while.</summary>
    public required bool IsRetained { get; init; }
}
