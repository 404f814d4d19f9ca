using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// Who takes the next attempt: the backend of the affinity cookie, else the ring of the best tier, else whoever of a
/// lower tier was not tried yet (ejected or unhealthy before draining).
/// </summary>
internal static class BackendChoice
{
    /// <summary>The backend to try, or null when nobody is left.</summary>
    public static Backend? Choose(Exchange exchange, ServiceState service)
    {
        BackendSet set = service.Set;
        if (service.Affinity is { } affinity && affinity.TryRead(exchange.Head, set, out AffinityMatch match))
        {
            exchange.AffinityHash = match.IsOwn ? match.Backend.AffinityHash : 0;
            if (!exchange.Tried.Contains(match.Backend))
            {
                return match.Backend;
            }
        }

        Backend? next = exchange.TriedCount == 0
            ? set.Ring.Next(exchange.Route!.Service.Counter)
            : set.Ring.NextExcept(exchange.Route!.Service.Counter, exchange.Tried!);
        return next ?? OfLowerTier(exchange, set);
    }

    private static Backend? OfLowerTier(Exchange exchange, BackendSet set)
    {
        Backend? best = null;
        int bestTier = int.MaxValue;
        foreach (BackendEntry entry in set.Entries)
        {
            int tier = entry.State switch
            {
                BackendState.Up or BackendState.Ramping => 0,
                BackendState.Ejected or BackendState.Probing or BackendState.Unhealthy => 1,
                BackendState.Draining => 2,
                _ => int.MaxValue,
            };
            if (tier < bestTier && entry.Weight > 0 && !exchange.Tried.Contains(entry.Backend))
            {
                best = entry.Backend;
                bestTier = tier;
            }
        }

        return best;
    }
}
