using PipeProxy.Core.Configuration;

namespace PipeProxy.Docker.Labels;

/// <summary>What the labels of one container define, defaults filled in, before it meets other containers.</summary>
internal sealed class ContainerDefinitions
{
    private readonly Dictionary<string, RouterDraft> _routers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ServiceDraft> _services = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, MiddlewareDraft> _middlewares = new(StringComparer.OrdinalIgnoreCase);
    private readonly ProblemList _problems;
    private bool _isTcpOrUdp;

    private ContainerDefinitions(ContainerFacts container)
    {
        Container = container;
        _problems = new ProblemList(container.Source);
    }

    public ContainerFacts Container { get; }

    public List<RouterDefinition> Routers { get; } = [];

    public List<(ServiceDefinition Definition, ServerDefinition? Server)> Services { get; } = [];

    public List<MiddlewareDefinition> Middlewares { get; } = [];

    /// <summary>Names of middlewares that are not served, and that routers may go on without.</summary>
    public List<string> Dispensable { get; } = [];

    public IEnumerable<ConfigurationProblem> Problems => _problems.All();

    public static ContainerDefinitions Read(ContainerFacts container, LabelContext context)
    {
        var read = new ContainerDefinitions(container);
        string? network = null;
        foreach (var label in LabelEntry.Read(container.Labels, read._problems))
        {
            switch (label.Option(0))
            {
                case "enable":
                    break; // Read before, or the container would not be here.
                case "docker.network":
                    network = label.Value.Trim();
                    break;
                case "docker.lbswarm" or "docker.allownonrunning" or "swarm.network" or "swarm.lbswarm":
                    read._problems.Add(label.Key, "is not in force: it is not served by this version");
                    break;
                default:
                    read.ReadObject(label);
                    break;
            }
        }

        read.AddDefaults(context);
        read.Define(context, network);
        return read;
    }

    private void ReadObject(LabelEntry label)
    {
        var section = string.Join('.', label.Path.Take(2)).ToLowerInvariant();
        if (label.Path.Length < 4 || section is not ("http.routers" or "http.services" or "http.middlewares"))
        {
            ReadOther(label, section);
            return;
        }

        var name = label.Path[2];
        if (name.Length > 256 || name.Contains('@') || name.Any(char.IsWhiteSpace))
        {
            _problems.Add(label.Key, "names an object by more than 256 characters, or with @ or white space");
            return;
        }

        var option = label.Option(3);
        var grammar = section switch { "http.routers" => LabelGrammar.Router, "http.services" => LabelGrammar.Service, _ => LabelGrammar.Middleware };
        var known = LabelGrammar.Find(grammar, option, label.IsOwn);
        if (known is null)
        {
            _problems.Add(label.Key, LabelGrammar.Unknown(grammar, option, label.IsOwn));
            return;
        }

        if (known.NotServed is { } notServed)
        {
            _problems.Add(label.Key, notServed);
        }

        // An object exists from its first known label on, served or not.
        if (section == "http.middlewares")
        {
            Of(_middlewares, name, label, static (n, k) => new MiddlewareDraft(n, k)).Set(option, known.NotServed is null, label, _problems);
        }
        else if (section == "http.routers")
        {
            var router = Of(_routers, name, label, static (n, k) => new RouterDraft(n, k));
            if (known.NotServed is null)
            {
                router.Set(option, label, _problems);
            }
        }
        else
        {
            var service = Of(_services, name, label, static (n, k) => new ServiceDraft(n, k));
            if (known.NotServed is null)
            {
                service.Set(option, label, _problems);
            }
        }
    }

    private void ReadOther(LabelEntry label, string section)
    {
        var root = label.Path[0].ToLowerInvariant();
        if (root is "tcp" or "udp" && label.Path.Length > 2)
        {
            _isTcpOrUdp |= section.EndsWith(".routers", StringComparison.Ordinal) || section.EndsWith(".services", StringComparison.Ordinal);
            _problems.Add(label.Key, $"is not in force: {root} is not served by this version");
        }
        else if (root == "tls" || section == "http.serverstransports")
        {
            _problems.Add(label.Key, "is not in force: it is not served by this version");
        }
        else if (root is "frontend" or "backend" or "port" or "protocol" or "weight" or "domain")
        {
            _problems.Add(label.Key, "is a label of Traefik 1: write traefik.http.routers.<name>.rule and traefik.http.services.<name>.loadbalancer.server.port");
        }
        else if (section is "http.routers" or "http.services" or "http.middlewares")
        {
            _problems.Add(label.Key, $"is incomplete: it goes on with a name and an option, such as {section}.<name>.{(section == "http.routers" ? "rule" : section == "http.services" ? "loadbalancer.server.port" : "addprefix.prefix")}");
        }
        else
        {
            var nearest = LabelGrammar.Nearest(["http.routers", "http.services", "http.middlewares", "docker.network", "enable"], section);
            _problems.Add(label.Key, nearest is null ? "is not a known label" : $"is not a known label; the nearest is {(label.IsOwn ? "pipeproxy" : "traefik")}.{nearest}");
        }
    }

    // Traefik's rules: no service, one of the default name; no router, one of the default name, unless several services make it a guess.
    private void AddDefaults(LabelContext context)
    {
        if (_isTcpOrUdp && _routers.Count == 0 && _services.Count == 0 && _middlewares.Count == 0)
        {
            return;
        }

        var name = TraefikNames.DefaultService(Container);
        if (name.Length == 0)
        {
            _problems.Add("", "the container's name has neither letter nor digit: give it a router and a service by label");
            return;
        }

        if (_services.Count == 0)
        {
            _services.Add(name, new ServiceDraft(name, ""));
        }

        if (_routers.Count == 0)
        {
            if (_services.Count > 1)
            {
                _problems.Add(_services.Values.First().Key, "no router is made: the container has several services and no router; name one with traefik.http.routers.<name>.service");
                return;
            }

            _routers.Add(name, new RouterDraft(name, ""));
        }

        foreach (var (routerName, router) in _routers)
        {
            if (router.Rule.Length == 0)
            {
                router.Rule = context.DefaultRule?.Render(Container).Trim() ?? "";
                if (router.Rule.Length == 0)
                {
                    _problems.Add(router.Key, $"router {UntrustedText.Show(routerName)} has no rule, and the default rule gives none");
                    _routers.Remove(routerName);
                    continue;
                }
            }

            if (router.Service.Length == 0)
            {
                if (_services.Count > 1)
                {
                    _problems.Add(router.Key, $"router {UntrustedText.Show(routerName)} does not say which of the container's services it leads to: set its .service");
                    _routers.Remove(routerName);
                    continue;
                }

                router.Service = _services.Values.First().Name;
            }
        }
    }

    private void Define(LabelContext context, string? network)
    {
        foreach (var router in _routers.Values)
        {
            Routers.Add(router.Define(Container.Source));
        }

        foreach (var middleware in _middlewares.Values)
        {
            if (middleware.Define(Container.Source, _problems) is { } definition)
            {
                Middlewares.Add(definition);
            }
            else if (middleware.IsDispensable)
            {
                Dispensable.Add(middleware.Name);
            }
        }

        foreach (var service in _services.Values)
        {
            // The service that nobody wrote, for routers that lead elsewhere: what it lacks is nobody's trouble.
            var isWanted = service.Key.Length > 0 || _routers.Values.Any(r => r.Service == service.Name);
            var problems = isWanted ? _problems : new ProblemList("");
            var server = Container.Phase == ContainerPhase.Gone ? null : ServerReader.Read(Container, service, network, context, problems);
            Services.Add((service.Define(Container.Source), server));
        }
    }

    private static T Of<T>(Dictionary<string, T> drafts, string name, LabelEntry label, Func<string, string, T> make)
    {
        if (!drafts.TryGetValue(name, out var draft))
        {
            drafts.Add(name, draft = make(name, label.Key));
        }

        return draft;
    }
}
