using System.Collections.Immutable;
using PipeProxy.Core.Balancing;

namespace PipeProxy.Core.Configuration;

/// <summary>
/// Everything that outlives a snapshot: publications, retained objects, services and instances. Only the queue's
/// consumer touches it; <see cref="Build"/> makes the next snapshot of it.
/// </summary>
internal sealed class ConfigurationModel(ConfigurationOptions options, TimeProvider clock)
{
    private readonly SortedDictionary<string, ProviderModel> _providers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Service> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Service, string Instance), BackendRecord> _backends = [];
    private readonly SortedSet<int> _freeSlots = [];
    private readonly RoutingCompiler _compiler = new(options);

    // What the last routing was compiled from: where it is the same, the tables are kept.
    private List<Named<RouterDefinition>> _compiledRouters = [];
    private List<Named<MiddlewareDefinition>> _compiledMiddlewares = [];
    private HashSet<Service> _compiledServices = [];
    private CompiledRouting? _routing;

    /// <summary>When something retained is to be dropped next, as a timestamp of the clock; null = never.</summary>
    public long? NextForgetting => _providers.Values.Aggregate((long?)null, (next, p) => ProviderModel.Earliest(next, p.NextForgetting));

    /// <summary>Takes over a publication; false where it says what the last one said.</summary>
    public bool Publish(ProviderConfiguration configuration)
    {
        if (!_providers.TryGetValue(configuration.Provider, out var provider))
        {
            _providers.Add(configuration.Provider, provider = new ProviderModel(configuration.Provider));
        }
        else if (provider.Published.Equals(configuration))
        {
            return false;
        }

        var forgetAt = clock.GetTimestamp() + (long)(options.ForgetAfter.TotalSeconds * clock.TimestampFrequency);
        provider.Publish(configuration, forgetAt);
        provider.Forget(clock.GetTimestamp());
        return true;
    }

    /// <summary>Takes over a finding; false where it changes nothing (the instance is gone, or stands elsewhere).</summary>
    public bool Report(Backend backend, BackendSignal signal)
    {
        var record = _backends.Values.FirstOrDefault(r => ReferenceEquals(r.Backend, backend));
        return record is not null && record.Report(signal, clock.GetUtcNow());
    }

    /// <summary>Drops what was retained long enough; false where nothing was.</summary>
    public bool Forget()
    {
        var now = clock.GetTimestamp();
        var changed = false;
        foreach (var provider in _providers.Values)
        {
            changed |= provider.Forget(now);
        }

        return changed;
    }

    /// <summary>The snapshot after <paramref name="previous"/>. Service states that did not change are the same objects.</summary>
    public ProxyState Build(ProxyState previous)
    {
        var problems = ImmutableArray.CreateBuilder<ConfigurationProblem>();
        foreach (var provider in _providers.Values)
        {
            problems.AddRange(provider.Published.Problems);
            problems.AddRange(provider.Problems);
        }

        var services = _providers.Values.SelectMany(p => p.Services).OrderBy(s => s.Name, StringComparer.Ordinal).ToList();
        UpdateServices(services);
        UpdateBackends(services, problems);
        var routing = Routing();
        problems.AddRange(routing.Problems);

        var states = new ServiceState?[_services.Count + _freeSlots.Count];
        var statuses = ImmutableArray.CreateBuilder<ServiceStatus>(services.Count);
        var users = routing.Routers.ToLookup(r => r.Service, r => r.Name, StringComparer.Ordinal);
        foreach (var service in services)
        {
            var state = StateOf(service, previous);
            states[state.Service.Slot] = state;
            var error = service.Definition.Sticky is { } sticky ? CookieAffinity.ProblemOf(sticky) : null;
            if (error is not null)
            {
                problems.Add(new ConfigurationProblem(service.Definition.Source, $"service {service.Name}", error));
            }

            statuses.Add(new ServiceStatus
            {
                Name = service.Name,
                Provider = service.Provider,
                Definition = service.Definition,
                Status = error is null ? ObjectStatus.Enabled : ObjectStatus.Warning,
                Errors = error is null ? [] : [error],
                UsedBy = [.. users[service.Name]],
                Backends = state.Set.Entries,
                IsRetained = service.IsRetained,
            });
        }

        return new ProxyState(previous.Version + 1, options.EntryPoints, routing.Tables, states)
        {
            Problems = problems.ToImmutable(),
            Routers = routing.Routers,
            Middlewares = routing.Middlewares,
            Services = statuses.MoveToImmutable(),
        };
    }

    private void UpdateServices(List<Named<ServiceDefinition>> services)
    {
        var names = services.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, service) in _services.Where(p => !names.Contains(p.Key)).ToArray())
        {
            _services.Remove(name);
            _freeSlots.Add(service.Slot);
        }

        foreach (var name in names.Where(n => !_services.ContainsKey(n)))
        {
            var slot = _freeSlots.Count > 0 ? _freeSlots.Min : _services.Count;
            _freeSlots.Remove(slot);
            _services.Add(name, new Service(name, slot));
        }
    }

    private void UpdateBackends(List<Named<ServiceDefinition>> services, ImmutableArray<ConfigurationProblem>.Builder problems)
    {
        var now = clock.GetUtcNow();
        var seen = new HashSet<(string, string)>();
        foreach (var service in services)
        {
            foreach (var server in service.Definition.Servers)
            {
                var key = (service.Name, server.Instance);
                if (!seen.Add(key))
                {
                    problems.Add(new ConfigurationProblem(service.Definition.Source, $"service {service.Name}", $"server {server.Url} ({server.DisplayName}) is listed twice: once is in force"));
                }
                else if (_backends.TryGetValue(key, out var record) && record.IsSame(server))
                {
                    record.Update(server, now);
                }
                else
                {
                    _backends[key] = new BackendRecord(server, now);
                }
            }
        }

        foreach (var key in _backends.Keys.Where(k => !seen.Contains(k)).ToArray())
        {
            _backends.Remove(key);
        }
    }

    private CompiledRouting Routing()
    {
        var routers = _providers.Values.SelectMany(p => p.Routers).ToList();
        var middlewares = _providers.Values.SelectMany(p => p.Middlewares).ToList();
        if (_routing is not null && routers.SequenceEqual(_compiledRouters) && middlewares.SequenceEqual(_compiledMiddlewares) && _compiledServices.SetEquals(_services.Values))
        {
            return _routing;
        }

        _routing = _compiler.Compile(routers, middlewares, _services);
        (_compiledRouters, _compiledMiddlewares, _compiledServices) = (routers, middlewares, [.. _services.Values]);
        return _routing;
    }

    private ServiceState StateOf(in Named<ServiceDefinition> named, ProxyState previous)
    {
        var service = _services[named.Name];
        var old = previous.StateOf(service);
        var name = named.Name;
        var entries = named.Definition.Servers.Select(s => s.Instance).Distinct().Select(i => _backends[(name, i)].Entry).ToImmutableArray();
        var isSameSet = old is not null && old.Set.Entries.AsSpan().SequenceEqual(entries.AsSpan());
        if (isSameSet && old!.Definition.Equals(named.Definition) && old.IsRetained == named.IsRetained)
        {
            return old;
        }

        var sticky = named.Definition.Sticky;
        var affinity = sticky is null ? null : old?.Affinity?.Definition == sticky ? old.Affinity : new CookieAffinity(sticky);
        return new ServiceState(service, named.Definition, isSameSet ? old!.Set : BackendSet.Create(entries), affinity, named.IsRetained);
    }
}
