using System.Collections.Immutable;
using System.Globalization;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Routing;

namespace PipeProxy.Core.Configuration;

/// <summary>What follows from routers, middlewares and the names of services: the route tables, and who is in force.</summary>
internal sealed record CompiledRouting(
    RouteTable[] Tables,
    ImmutableArray<RouterStatus> Routers,
    ImmutableArray<MiddlewareStatus> Middlewares,
    ImmutableArray<ConfigurationProblem> Problems);

/// <summary>Turns definitions into route tables. Rules and middlewares that did not change are not compiled again.</summary>
internal sealed class RoutingCompiler(ConfigurationOptions options)
{
    private Dictionary<string, (ParsedRule Rule, string? Error)> _rules = new(StringComparer.Ordinal);
    private Dictionary<string, (MiddlewareDefinition Definition, Middleware.Middleware? Middleware, string? Error)> _middlewares = new(StringComparer.Ordinal);

    /// <summary>Compiles all of it. <paramref name="services"/> has every service there is, by full name.</summary>
    public CompiledRouting Compile(
        IReadOnlyCollection<Named<RouterDefinition>> routers,
        IReadOnlyCollection<Named<MiddlewareDefinition>> middlewares,
        IReadOnlyDictionary<string, Service> services)
    {
        CompileMiddlewares(middlewares);
        var rules = new Dictionary<string, (ParsedRule Rule, string? Error)>(StringComparer.Ordinal);
        var tables = options.EntryPoints.Select(_ => new List<RouteCandidate>()).ToArray();
        var statuses = new List<RouterStatus>(routers.Count);
        var problems = ImmutableArray.CreateBuilder<ConfigurationProblem>();

        // A router under a new name takes its rule with it: the old name would only keep requests from it.
        var live = routers.Where(r => !r.IsRetained).Select(r => PlaceOf(r.Definition)).ToHashSet();
        foreach (var router in routers.Where(r => !r.IsRetained || !live.Contains(PlaceOf(r.Definition))))
        {
            var (rule, ruleError) = rules[router.Definition.Rule] = RuleOf(router.Definition.Rule);
            var status = CompileRouter(router, rule, ruleError, services, tables);
            statuses.Add(status);
            problems.AddRange(status.Errors.Select(e => new ConfigurationProblem(router.Definition.Source, $"router {router.Name}", e)));
        }

        _rules = rules;
        problems.AddRange(middlewares.Where(m => _middlewares[m.Name].Error is not null)
            .Select(m => new ConfigurationProblem(m.Definition.Source, $"middleware {m.Name}", _middlewares[m.Name].Error!)));
        statuses.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new CompiledRouting(
            Array.ConvertAll(tables, RouteTable.Create),
            [.. statuses],
            [.. StatusesOf(middlewares, statuses)],
            problems.ToImmutable());
    }

    private static (string Rule, string EntryPoints) PlaceOf(RouterDefinition router) => (router.Rule, string.Join(',', router.EntryPoints));

    private RouterStatus CompileRouter(
        in Named<RouterDefinition> router,
        ParsedRule rule,
        string? ruleError,
        IReadOnlyDictionary<string, Service> services,
        List<RouteCandidate>[] tables)
    {
        var definition = router.Definition;
        var provider = router.Provider;
        var errors = ImmutableArray.CreateBuilder<string>();
        var isDisabled = false;
        void Refuse(string reason)
        {
            isDisabled = true;
            errors.Add(reason);
        }

        if (ruleError is not null)
        {
            Refuse(ruleError);
        }

        var serviceName = QualifiedName.Resolve(definition.Service, provider);
        if (!services.TryGetValue(serviceName, out var service))
        {
            Refuse($"there is no service '{serviceName}'");
        }

        var middlewareNames = definition.Middlewares.Select(m => QualifiedName.Resolve(m, provider)).ToImmutableArray();
        foreach (var name in middlewareNames)
        {
            if (!_middlewares.TryGetValue(name, out var middleware))
            {
                Refuse($"there is no middleware '{name}'");
            }
            else if (middleware.Middleware is null)
            {
                Refuse($"middleware '{name}' is not in force: {middleware.Error}");
            }
        }

        var entryPoints = EntryPointsOf(definition, errors);
        if (entryPoints.Count == 0)
        {
            Refuse("no entry point is left to serve it");
        }

        errors.AddRange(rule.Warnings ?? []);
        var priority = definition.Priority is { } given and not 0 ? given : rule.Node is null ? definition.Rule.Length : RuleParser.PriorityOf(definition.Rule, rule.Node);
        if (!isDisabled)
        {
            var route = new Route(router.Name, definition, service!, [.. middlewareNames.Select(n => _middlewares[n].Middleware!)]);
            foreach (var index in entryPoints)
            {
                tables[index].Add(new RouteCandidate(route, rule.Node!, priority, router.IsRetained));
            }
        }

        return new RouterStatus
        {
            Name = router.Name,
            Provider = provider,
            Definition = definition,
            Status = isDisabled ? ObjectStatus.Disabled : errors.Count > 0 ? ObjectStatus.Warning : ObjectStatus.Enabled,
            Errors = errors.ToImmutable(),
            EntryPoints = isDisabled ? [] : [.. entryPoints.Select(i => options.EntryPoints[i].Name)],
            Service = serviceName,
            Middlewares = middlewareNames,
            Priority = priority,
            IsRetained = router.IsRetained,
        };
    }

    // Indices of the entry points that may serve it. A router that asks for TLS is never served in clear.
    private List<int> EntryPointsOf(RouterDefinition definition, ImmutableArray<string>.Builder errors)
    {
        var indices = new List<int>();
        var isOpen = definition.EntryPoints.IsDefaultOrEmpty;
        for (var i = 0; i < options.EntryPoints.Length; i++)
        {
            var entryPoint = options.EntryPoints[i];
            if (isOpen ? entryPoint.IsAdmin : !definition.EntryPoints.Contains(entryPoint.Name, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            if ((definition.Tls || entryPoint.AsksForTls) && !entryPoint.IsTls)
            {
                if (!isOpen)
                {
                    errors.Add($"it asks for TLS and is not served on entry point '{entryPoint.Name}', which is in clear");
                }

                continue;
            }

            indices.Add(i);
        }

        if (isOpen && indices.Count == 0 && (definition.Tls || options.EntryPoints.Any(static e => e.AsksForTls && !e.IsAdmin)))
        {
            errors.Add("it asks for TLS, and every entry point is in clear: it is never served in clear");
        }

        foreach (var name in isOpen ? [] : definition.EntryPoints)
        {
            if (!options.EntryPoints.Any(e => e.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                errors.Add($"there is no entry point '{name}' (there are: {string.Join(", ", options.EntryPoints.Select(e => e.Name))})");
            }
        }

        return indices;
    }

    private (ParsedRule Rule, string? Error) RuleOf(string rule)
    {
        if (_rules.TryGetValue(rule, out var known))
        {
            return known;
        }

        try
        {
            return (RuleParser.Read(rule), null);
        }
        catch (RuleException e)
        {
            return (default, string.Create(CultureInfo.InvariantCulture, $"rule {rule}: at position {e.Position}: {e.Message}"));
        }
    }

    private void CompileMiddlewares(IReadOnlyCollection<Named<MiddlewareDefinition>> middlewares)
    {
        var compiled = new Dictionary<string, (MiddlewareDefinition Definition, Middleware.Middleware? Middleware, string? Error)>(StringComparer.Ordinal);
        foreach (var middleware in middlewares)
        {
            compiled[middleware.Name] = _middlewares.TryGetValue(middleware.Name, out var known) && known.Definition.Equals(middleware.Definition)
                ? known
                : CompileMiddleware(middleware.Definition);
        }

        _middlewares = compiled;
    }

    private (MiddlewareDefinition Definition, Middleware.Middleware? Middleware, string? Error) CompileMiddleware(MiddlewareDefinition definition)
    {
        try
        {
            return (definition, options.CompileMiddleware(definition), null);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException)
        {
            return (definition, null, e.Message);
        }
    }

    private IEnumerable<MiddlewareStatus> StatusesOf(IReadOnlyCollection<Named<MiddlewareDefinition>> middlewares, List<RouterStatus> routers)
    {
        var users = routers.SelectMany(r => r.Middlewares.Distinct().Select(m => (Middleware: m, Router: r.Name))).ToLookup(p => p.Middleware, p => p.Router, StringComparer.Ordinal);
        return middlewares.OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => new MiddlewareStatus
        {
            Name = m.Name,
            Provider = m.Provider,
            Definition = m.Definition,
            Status = _middlewares[m.Name].Error is null ? ObjectStatus.Enabled : ObjectStatus.Disabled,
            Errors = _middlewares[m.Name].Error is { } error ? [error] : [],
            UsedBy = [.. users[m.Name]],
            IsRetained = m.IsRetained,
        });
    }
}
