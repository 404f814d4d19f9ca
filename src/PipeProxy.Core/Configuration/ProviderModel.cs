using System.Collections.Immutable;

namespace PipeProxy.Core.Configuration;

/// <summary>A definition with its full name, and whether its provider still has it.</summary>
internal readonly record struct Named<T>(string Name, string Provider, T Definition, bool IsRetained);

/// <summary>
/// What one provider published last, and what it published before and has dropped since, for as long as that is kept.
/// Belongs to the queue's consumer.
/// </summary>
internal sealed class ProviderModel(string name)
{
    private readonly Kind<RouterDefinition> _routers = new();
    private readonly Kind<ServiceDefinition> _services = new();
    private readonly Kind<MiddlewareDefinition> _middlewares = new();

    /// <summary>What it published last.</summary>
    public ProviderConfiguration Published { get; private set; } = new() { Provider = name };

    /// <summary>Names it gave twice, and names that cannot be.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; private set; } = [];

    /// <summary>Live and retained routers.</summary>
    public IEnumerable<Named<RouterDefinition>> Routers => _routers.All(name);

    /// <summary>Live and retained services, the latter without servers.</summary>
    public IEnumerable<Named<ServiceDefinition>> Services => _services.All(name);

    /// <summary>Live and retained middlewares.</summary>
    public IEnumerable<Named<MiddlewareDefinition>> Middlewares => _middlewares.All(name);

    /// <summary>When the next retained object is to be dropped, in ticks of the clock; null where none is retained.</summary>
    public long? NextForgetting => Earliest(Earliest(_routers.NextForgetting, _services.NextForgetting), _middlewares.NextForgetting);

    /// <summary>Takes over a whole new publication. What it no longer has is retained until <paramref name="forgetAt"/>.</summary>
    public void Publish(ProviderConfiguration configuration, long forgetAt)
    {
        var problems = ImmutableArray.CreateBuilder<ConfigurationProblem>();
        _routers.Replace(configuration.Routers, "router", r => (r.Name, r.Source), r => r, forgetAt, problems);
        _services.Replace(configuration.Services, "service", s => (s.Name, s.Source), s => s with { Servers = [] }, forgetAt, problems);
        _middlewares.Replace(configuration.Middlewares, "middleware", m => (m.Name, m.Source), m => m, forgetAt, problems);
        Published = configuration;
        Problems = problems.ToImmutable();
    }

    /// <summary>Drops what is due at <paramref name="now"/>; false where nothing was.</summary>
    public bool Forget(long now) => _routers.Forget(now) | _services.Forget(now) | _middlewares.Forget(now);

    /// <summary>The earlier of two moments, where null is never.</summary>
    public static long? Earliest(long? a, long? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);

    private sealed class Kind<T>
        where T : class
    {
        private readonly Dictionary<string, (T Definition, long ForgetAt)> _retained = new(StringComparer.Ordinal);
        private Dictionary<string, T> _live = new(StringComparer.Ordinal);

        public long? NextForgetting => _retained.Count == 0 ? null : _retained.Values.Min(r => r.ForgetAt);

        public IEnumerable<Named<T>> All(string provider) =>
            _live.Select(p => new Named<T>(QualifiedName.Of(p.Key, provider), provider, p.Value, IsRetained: false))
                .Concat(_retained.Select(p => new Named<T>(QualifiedName.Of(p.Key, provider), provider, p.Value.Definition, IsRetained: true)));

        public void Replace(
            ImmutableArray<T> definitions,
            string kind,
            Func<T, (string Name, string Source)> identify,
            Func<T, T> retain,
            long forgetAt,
            ImmutableArray<ConfigurationProblem>.Builder problems)
        {
            var live = new Dictionary<string, T>(definitions.Length, StringComparer.Ordinal);
            foreach (var definition in definitions)
            {
                var (name, source) = identify(definition);
                if (name.Length == 0 || name.Contains('@', StringComparison.Ordinal))
                {
                    problems.Add(new ConfigurationProblem(source, name, $"a {kind}'s name is not empty and has no '@' (that is for naming one of another provider)"));
                }
                else if (!live.TryAdd(name, definition))
                {
                    problems.Add(new ConfigurationProblem(source, name, $"{kind} '{name}' is defined twice: the first definition is in force"));
                }
            }

            foreach (var (name, definition) in _live)
            {
                if (!live.ContainsKey(name))
                {
                    _retained[name] = (retain(definition), forgetAt);
                }
            }

            foreach (var name in live.Keys)
            {
                _retained.Remove(name);
            }

            _live = live;
        }

        public bool Forget(long now)
        {
            var due = _retained.Where(p => p.Value.ForgetAt <= now).Select(p => p.Key).ToArray();
            foreach (var name in due)
            {
                _retained.Remove(name);
            }

            return due.Length > 0;
        }
    }
}
