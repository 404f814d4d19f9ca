using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace PipeProxy.Core.Routing;

/// <summary>
/// The routes of one entry point. The answer is that of a scan from the highest priority down (equal ones: those their
/// provider still has first, then by router name, ordinal), but a rule that can only hold for certain hosts is looked
/// up by the request's host; only rules for any host are tried one by one.
/// </summary>
internal sealed class RouteTable
{
    private readonly RouteCandidate[] _routes;
    private readonly bool[] _isHostAlone;
    private readonly HostTable _byHost;
    private readonly int[] _anyHost;

    private RouteTable(RouteCandidate[] routes)
    {
        _routes = routes;
        _isHostAlone = Array.ConvertAll(routes, r => r.Rule.IsHostAlone);
        var byHost = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var anyHost = new List<int>();
        for (var i = 0; i < routes.Length; i++)
        {
            if (routes[i].Rule.Hosts is not { } hosts)
            {
                anyHost.Add(i);
                continue;
            }

            foreach (var host in hosts)
            {
                if (!byHost.TryGetValue(host, out var list))
                {
                    byHost.Add(host, list = []);
                }

                list.Add(i);
            }
        }

        _byHost = new HostTable(byHost.ToDictionary(p => p.Key, p => p.Value.ToArray(), StringComparer.Ordinal));
        _anyHost = [.. anyHost];
    }

    /// <summary>No routes.</summary>
    public static RouteTable Empty { get; } = new([]);

    /// <summary>In the order in which a scan would try them.</summary>
    public ImmutableArray<Route> Routes => [.. _routes.Select(r => r.Route)];

    /// <summary>A table of these, in whatever order they come.</summary>
    public static RouteTable Create(IEnumerable<RouteCandidate> candidates)
    {
        var routes = candidates
            .OrderByDescending(c => c.Priority)
            .ThenBy(c => c.IsRetained)
            .ThenBy(c => c.Route.RouterName, StringComparer.Ordinal)
            .ToArray();
        return routes.Length == 0 ? Empty : new RouteTable(routes);
    }

    /// <summary>The route with the highest priority whose rule holds; null where none does. Allocates nothing.</summary>
    [SkipLocalsInit]
    public Route? Find(in RouteRequest request)
    {
        if (_routes.Length == 0)
        {
            return null;
        }

        var name = request.Head.HostName;
        byte[]? rented = null;
        var host = name.Length <= 256 ? stackalloc byte[256] : rented = ArrayPool<byte>.Shared.Rent(name.Length);
        host = host[..HostNames.Normalize(name, host)];

        // OPTIONS * asks about the server as a whole: whoever has its root answers.
        var path = request.Head.Path is [(byte)'*'] ? "/"u8 : request.Head.Path;
        var route = path.Contains((byte)'%')
            ? FindByDecodedPath(host, path, request)
            : Find(new RuleInput(host, path, request));
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return route;
    }

    [SkipLocalsInit]
    private Route? FindByDecodedPath(ReadOnlySpan<byte> host, ReadOnlySpan<byte> path, in RouteRequest request)
    {
        byte[]? rented = null;
        var decoded = path.Length <= 1024 ? stackalloc byte[1024] : rented = ArrayPool<byte>.Shared.Rent(path.Length);
        var length = PercentCoding.DecodePath(path, decoded);
        var route = Find(new RuleInput(host, decoded[..length], request));
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return route;
    }

    // Two ascending lists of indices, merged: index order is priority order.
    private Route? Find(in RuleInput input)
    {
        var routes = _routes;
        var hosted = _byHost.Find(input.Host);
        var any = _anyHost.AsSpan();
        while (true)
        {
            int index;
            if (!hosted.IsEmpty && (any.IsEmpty || hosted[0] < any[0]))
            {
                index = hosted[0];
                hosted = hosted[1..];
                if (_isHostAlone[index])
                {
                    return routes[index].Route;
                }
            }
            else if (!any.IsEmpty)
            {
                index = any[0];
                any = any[1..];
            }
            else
            {
                return null;
            }

            if (routes[index].Rule.Matches(input))
            {
                return routes[index].Route;
            }
        }
    }
}
