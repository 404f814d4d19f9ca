using System.Net;

namespace PipeProxy.Core.Forwarding;

/// <summary>A listening address and what holds for every request that comes in there.</summary>
public sealed record EntryPoint
{
    /// <summary>Name that routers use.</summary>
    public required string Name { get; init; }

    /// <summary>Timeouts and bounds for the clients of this entry point.</summary>
    public ForwardingOptions Options { get; init; } = new();

    /// <summary>Networks whose forwarding fields (X-Forwarded-*, Forwarded) are believed. Empty = nobody's.</summary>
    public IReadOnlyList<IPNetwork> TrustedPeers { get; init; } = [];

    /// <summary>Believes everybody's forwarding fields. Risk: any client then chooses its own address.</summary>
    public bool TrustsEverybody { get; init; }

    /// <summary>True when <paramref name="peer"/>'s forwarding fields are believed.</summary>
    public bool Trusts(IPAddress? peer)
    {
        if (TrustsEverybody)
        {
            return true;
        }

        if (peer is not null)
        {
            for (int i = 0; i < TrustedPeers.Count; i++)
            {
                if (TrustedPeers[i].Contains(peer))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
