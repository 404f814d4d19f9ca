using System.Collections.Immutable;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Core.Routing;

/// <summary>Where a request that a rule matches goes. Everything that changes with the service's backends is read from the snapshot.</summary>
internal sealed class Route(string routerName, RouterDefinition definition, Service service, ImmutableArray<Middleware.Middleware> middlewares)
{
    /// <summary><c>name@provider</c>.</summary>
    public string RouterName { get; } = routerName;

    /// <summary>As the provider gave it.</summary>
    public RouterDefinition Definition { get; } = definition;

    /// <summary>Key of <c>ProxyState.StateOf</c>.</summary>
    public Service Service { get; } = service;

    /// <summary>In the order in which they are run.</summary>
    public ImmutableArray<Middleware.Middleware> Middlewares { get; } = middlewares;
}

/// <summary>A route with what decides on it.</summary>
/// <param name="Route">Where it leads.</param>
/// <param name="Rule">When.</param>
/// <param name="Priority">Higher goes first.</param>
/// <param name="IsRetained">Its provider no longer has it: behind all others of the same priority.</param>
internal readonly record struct RouteCandidate(Route Route, RuleNode Rule, long Priority, bool IsRetained = false);
