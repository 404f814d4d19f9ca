using System.Collections.Immutable;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Routing;

namespace PipeProxy.Core.Configuration;

/// <summary>The one immutable snapshot that the data plane reads. Every change makes a new one and swaps one reference.</summary>
public sealed class ProxyState
{
    private readonly ImmutableArray<EntryPointDefinition> _entryPoints;
    private readonly RouteTable[] _tables;
    private readonly ServiceState?[] _services;

    internal ProxyState(long version, ImmutableArray<EntryPointDefinition> entryPoints, RouteTable[] tables, ServiceState?[] services)
    {
        Version = version;
        _entryPoints = entryPoints;
        _tables = tables;
        _services = services;
    }

    /// <summary>Counts the changes: 0 before the first one.</summary>
    public long Version { get; }

    /// <summary>What providers could not use, and what of their publications is not in force.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; internal init; } = [];

    /// <summary>All routers, by name.</summary>
    public ImmutableArray<RouterStatus> Routers { get; internal init; } = [];

    /// <summary>All services, by name.</summary>
    public ImmutableArray<ServiceStatus> Services { get; internal init; } = [];

    /// <summary>All middlewares, by name.</summary>
    public ImmutableArray<MiddlewareStatus> Middlewares { get; internal init; } = [];

    /// <summary>The service at this moment; null where it was dropped. An array access: call it anew for each attempt.</summary>
    public ServiceState? StateOf(Service service)
    {
        var services = _services;
        return (uint)service.Slot < (uint)services.Length && services[service.Slot] is { } state && ReferenceEquals(state.Service, service) ? state : null;
    }

    /// <summary>The backends of <paramref name="service"/> at this moment; null where it was dropped.</summary>
    public BackendSet? SetOf(Service service) => StateOf(service)?.Set;

    /// <summary>All services at this moment.</summary>
    public IEnumerable<ServiceState> ServiceStates => _services.OfType<ServiceState>();

    /// <summary>Index for <see cref="RoutesOf(int)"/>, the same in every snapshot; -1 where there is no such entry point.</summary>
    public int IndexOfEntryPoint(string name)
    {
        for (var i = 0; i < _entryPoints.Length; i++)
        {
            if (_entryPoints[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Routes of an entry point, by its index in <see cref="ConfigurationOptions.EntryPoints"/>. An array access.</summary>
    internal RouteTable RoutesOf(int entryPoint) => _tables[entryPoint];

    /// <summary>Routes of an entry point; none where there is no such one.</summary>
    internal RouteTable RoutesOf(string entryPoint) => IndexOfEntryPoint(entryPoint) is >= 0 and var index ? _tables[index] : RouteTable.Empty;

    /// <summary>The tables of all entry points, for a next snapshot whose routing is the same.</summary>
    internal RouteTable[] Tables => _tables;
}
