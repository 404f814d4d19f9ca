using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// Who takes the next attempt: the backend of the affinity cookie; a probing one whose place is free; a ramping one that
/// has a request's credit; the ring; and only then whoever is left, the least bad first.
/// </summary>
internal static class BackendChoice
{
    /// <summary>The backend to try, or null when nobody is left. Where it is a probe, <see cref="Exchange.Probe"/> is set.</summary>
    public static Backend? Choose(Exchange exchange, ServiceState service)
    {
        BackendSet set = service.Set;
        if (!set.Ramping.IsEmpty)
        {
            foreach (RampingBackend ramping in set.Ramping.AsSpan())
            {
                ramping.Ramp.Accrue(ramping.FullShare);
            }
        }

        bool isNamed = false;
        if (service.Affinity is { } affinity && affinity.TryRead(exchange.Head, set, out AffinityMatch match))
        {
            isNamed = true;
            exchange.AffinityHash = match.IsOwn ? match.Backend.AffinityHash : 0;
            if (!exchange.Tried.Contains(match.Backend) && (match.Ramp is not { } ramp || ramp.TryTake()))
            {
                return match.Backend;
            }
        }

        if (!set.Probing.IsEmpty && !isNamed && Probe(exchange, service) is { } probed)
        {
            return probed;
        }

        if (!set.Ramping.IsEmpty && Ramping(exchange, set, asksForCredit: true) is { } fresh)
        {
            return fresh;
        }

        Backend? next = exchange.Tried.Count == 0
            ? set.Ring.Next(service.Service.Counter)
            : set.Ring.NextExcept(service.Service.Counter, exchange.Tried.All);
        return next ?? Ramping(exchange, set, asksForCredit: false) ?? LastResort(exchange, set);
    }

    /// <summary>Another instance than <paramref name="backend"/> is up or ramping and was not tried. Any thread.</summary>
    public static bool IsAnotherFree(BackendSet set, Backend backend, TriedBackends tried)
    {
        foreach (ref readonly BackendEntry entry in set.Entries.AsSpan())
        {
            if (entry.State is BackendState.Up or BackendState.Ramping && entry.Weight > 0 && entry.Backend != backend && !tried.Contains(entry.Backend))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Only a request that can be sent again without a trace, and whose first attempt it is, tries a probing backend.</summary>
    private static Backend? Probe(Exchange exchange, ServiceState service)
    {
        if (exchange.Tried.Count > 0 || exchange.Attempts > 0 || !exchange.Head.IsSafe || !service.MayBeSentAgain(exchange.Head) || !exchange.Body.IsSureToReplay)
        {
            return null;
        }

        foreach (ref readonly BackendEntry entry in service.Set.Probing.AsSpan())
        {
            if (entry.Probe!.TryTake())
            {
                exchange.Probe = new ProbeAttempt(exchange.Plane, exchange.Client.Worker, service, entry.Backend, entry.Probe);
                return entry.Backend;
            }
        }

        return null;
    }

    private static Backend? Ramping(Exchange exchange, BackendSet set, bool asksForCredit)
    {
        foreach (RampingBackend ramping in set.Ramping.AsSpan())
        {
            if (!exchange.Tried.Contains(ramping.Backend) && (!asksForCredit || ramping.Ramp.TryTake()))
            {
                return ramping.Backend;
            }
        }

        return null;
    }

    private static Backend? LastResort(Exchange exchange, BackendSet set)
    {
        foreach (ref readonly BackendEntry entry in set.LastResorts.AsSpan())
        {
            if (!exchange.Tried.Contains(entry.Backend))
            {
                return entry.Backend;
            }
        }

        return null;
    }
}
