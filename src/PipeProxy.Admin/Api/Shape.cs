using System.Collections.Immutable;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Admin.Api;

/// <summary>What all views write the same way.</summary>
internal static class Shape
{
    /// <summary>Empty lists are left out, as in Traefik.</summary>
    public static IEnumerable<T>? OrNothing<T>(ImmutableArray<T> all) => all.IsDefaultOrEmpty ? null : all;

    public static string Of(ObjectStatus status) => status switch
    {
        ObjectStatus.Enabled => "enabled",
        ObjectStatus.Warning => "warning",
        _ => "disabled",
    };

    /// <summary>The state's name in lower case.</summary>
    public static string Of(BackendState state) => state switch
    {
        BackendState.Starting => "starting",
        BackendState.Ramping => "ramping",
        BackendState.Up => "up",
        BackendState.Ejected => "ejected",
        BackendState.Probing => "probing",
        BackendState.Unhealthy => "unhealthy",
        BackendState.Draining => "draining",
        BackendState.Paused => "paused",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    /// <summary>RFC 3339 in UTC, with a Z.</summary>
    public static DateTime Of(DateTimeOffset time) => time.UtcDateTime;
}
