using System.Buffers.Binary;
using System.Net;
using System.Text;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Core.Balancing;

/// <summary>
/// One instance: identity, address and start time. It lives through every change of the configuration that does not
/// touch it, and so does what hangs on it (pool, statistics, breaker).
/// </summary>
public sealed class Backend
{
    internal Backend(ServerDefinition definition)
    {
        Definition = definition;
        AffinityHash = HashOf(definition.Identity);
        AffinityText = Encoding.ASCII.GetBytes(AffinityHash.ToString("x16", null));
        Authority = Encoding.ASCII.GetBytes(AuthorityOf(definition));
    }

    /// <summary>As the provider gave it when the instance was first seen. Presence and weight of now stand in the <see cref="BackendEntry"/>.</summary>
    public ServerDefinition Definition { get; }

    /// <summary>What affinity belongs to.</summary>
    public string Identity => Definition.Identity;

    /// <summary>Identity, address and start time.</summary>
    public string Instance => Definition.Instance;

    /// <summary>As shown to people: <c>http://172.18.0.3:3000</c>.</summary>
    public string Url => Definition.Url;

    /// <summary>Where to connect; null for a backend inside the process.</summary>
    public IPEndPoint? Address => Definition.Address;

    /// <summary>First 8 bytes, big endian, of SHA-256 of the identity.</summary>
    internal ulong AffinityHash { get; }

    /// <summary>The cookie's value: <see cref="AffinityHash"/> as 16 lower-case hex digits.</summary>
    internal ReadOnlyMemory<byte> AffinityText { get; }

    /// <summary>Host field where the client's is not passed on: <c>172.18.0.3:3000</c>, IPv6 in brackets.</summary>
    internal ReadOnlyMemory<byte> Authority { get; }

    /// <summary>What forwarding keeps for this instance (its upstream pools). Set once, by forwarding.</summary>
    internal object? Runtime;

    /// <summary>Its attempts. Set once, by forwarding, together with <see cref="Runtime"/>; null before its first attempt.</summary>
    internal Resilience.BackendStatistics? Statistics;

    /// <summary>How its attempts of the last 10 s went, read now; null before its first one. Not for the data plane: it allocates.</summary>
    public Resilience.BackendFigures? ReadFigures() => Volatile.Read(ref Statistics)?.Figures();

    /// <inheritdoc/>
    public override string ToString() => Definition.DisplayName;

    internal static ulong HashOf(string identity)
    {
        Span<byte> digest = stackalloc byte[Sha256.Size];
        Sha256.Hash(Encoding.UTF8.GetBytes(identity), digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }

    // IPEndPoint writes IPv6 in brackets itself. A backend inside the process has no address: its URL's authority stands in.
    private static string AuthorityOf(ServerDefinition definition) => definition.Address?.ToString()
        ?? (Uri.TryCreate(definition.Url, UriKind.Absolute, out var url) ? url.Authority : "localhost");
}
