using System.Collections.Immutable;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Admin.Api;

/// <summary><c>/api/rawdata</c>: everything in force, by full name, and what is not in force and why.</summary>
/// <param name="Routers">By <c>name@provider</c>, as the two that follow; left out where there is none, as in Traefik.</param>
/// <param name="Middlewares">Steps.</param>
/// <param name="Services">Sets of backends.</param>
/// <param name="Problems">Ours: what was written and is not in force.</param>
internal sealed record RawDataView(
    IReadOnlyDictionary<string, RouterView>? Routers,
    IReadOnlyDictionary<string, MiddlewareView>? Middlewares,
    IReadOnlyDictionary<string, ServiceView>? Services,
    IEnumerable<ConfigurationProblem> Problems)
{
    public static RawDataView Of(ProxyState state) => new(
        Map(state.Routers, static r => r.Name, RouterView.Of),
        Map(state.Middlewares, static m => m.Name, MiddlewareView.Of),
        Map(state.Services, static s => s.Name, ServiceView.Of),
        state.Problems);

    private static Dictionary<string, TView>? Map<T, TView>(ImmutableArray<T> all, Func<T, string> name, Func<T, TView> view)
    {
        if (all.IsEmpty)
        {
            return null;
        }

        Dictionary<string, TView> map = new(all.Length, StringComparer.Ordinal);
        foreach (T one in all)
        {
            map[name(one)] = view(one);
        }

        return map;
    }
}
