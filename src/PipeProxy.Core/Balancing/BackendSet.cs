using System.Collections.Immutable;
using System.Text;

namespace PipeProxy.Core.Balancing;

/// <summary>
/// The backends of one service at one moment. Immutable: a change makes a new one, and whoever needs the current one
/// reads it from the snapshot anew.
/// </summary>
public sealed class BackendSet
{
    // Sorted by affinity hash, in parallel: a look-up by cookie is a binary search over 8-byte numbers.
    private readonly ulong[] _hashes;
    private readonly int[] _entryOfHash;
    private readonly ulong[] _aliasHashes;
    private readonly (byte[] Text, int Entry)[] _aliases;

    private BackendSet(ImmutableArray<BackendEntry> entries)
    {
        Entries = entries;
        _hashes = entries.Select(e => e.Backend.AffinityHash).ToArray();
        _entryOfHash = Enumerable.Range(0, entries.Length).ToArray();
        Array.Sort(_hashes, _entryOfHash);
        _aliases = entries.SelectMany((e, i) => e.Backend.Definition.AffinityAliases.Select(a => (Encoding.UTF8.GetBytes(a), i))).ToArray();
        _aliasHashes = Array.ConvertAll(_aliases, a => AliasHash(a.Text));
        Array.Sort(_aliasHashes, _aliases);
        Ring = RingOf(entries);
    }

    /// <summary>Nobody.</summary>
    public static BackendSet Empty { get; } = new([]);

    /// <summary>All of them, in the provider's order, whatever their state.</summary>
    public ImmutableArray<BackendEntry> Entries { get; }

    /// <summary>
    /// The best tier that has somebody to choose: up and ramping; else ejected, unhealthy and probing; else draining.
    /// Starting and paused ones are never chosen.
    /// </summary>
    internal BackendRing Ring { get; }

    /// <summary>A set of these.</summary>
    public static BackendSet Create(ImmutableArray<BackendEntry> entries) => entries.IsEmpty ? Empty : new BackendSet(entries);

    /// <summary>The backend that a cookie of ours names, where it may be given a sticky request (up or ramping).</summary>
    internal bool TryFindByAffinity(ulong hash, out Backend backend)
    {
        for (var i = FirstOf(_hashes, hash); (uint)i < (uint)_hashes.Length && _hashes[i] == hash; i++)
        {
            if (IsUsable(Entries[_entryOfHash[i]], out backend))
            {
                return true;
            }
        }

        backend = null!;
        return false;
    }

    /// <summary>The backend that a cookie value of another proxy names, where it may be given a sticky request.</summary>
    internal bool TryFindAlias(ReadOnlySpan<byte> cookieValue, out Backend backend)
    {
        if (_aliases.Length > 0)
        {
            var hash = AliasHash(cookieValue);
            for (var i = FirstOf(_aliasHashes, hash); (uint)i < (uint)_aliasHashes.Length && _aliasHashes[i] == hash; i++)
            {
                if (cookieValue.SequenceEqual(_aliases[i].Text) && IsUsable(Entries[_aliases[i].Entry], out backend))
                {
                    return true;
                }
            }
        }

        backend = null!;
        return false;
    }

    /// <summary>Where <paramref name="backend"/> stands; false where it is no longer in the set.</summary>
    internal bool TryGetState(Backend backend, out BackendState state)
    {
        for (var i = FirstOf(_hashes, backend.AffinityHash); (uint)i < (uint)_hashes.Length && _hashes[i] == backend.AffinityHash; i++)
        {
            var entry = Entries[_entryOfHash[i]];
            if (ReferenceEquals(entry.Backend, backend))
            {
                state = entry.State;
                return true;
            }
        }

        state = default;
        return false;
    }

    private static bool IsUsable(in BackendEntry entry, out Backend backend)
    {
        backend = entry.Backend;
        return entry.State is BackendState.Up or BackendState.Ramping;
    }

    private static BackendRing RingOf(ImmutableArray<BackendEntry> entries)
    {
        for (var tier = 0; tier < 3; tier++)
        {
            var ring = BackendRing.Create([.. entries.Where(e => TierOf(e.State) == tier).Select(e => (e.Backend, e.Weight))]);
            if (ring.Count > 0)
            {
                return ring;
            }
        }

        return BackendRing.Empty;
    }

    private static int TierOf(BackendState state) => state switch
    {
        BackendState.Up or BackendState.Ramping => 0,
        BackendState.Ejected or BackendState.Unhealthy or BackendState.Probing => 1,
        BackendState.Draining => 2,
        _ => -1,
    };

    private static int FirstOf(ulong[] sorted, ulong value)
    {
        var low = 0;
        var high = sorted.Length;
        while (low < high)
        {
            var middle = (int)(((uint)low + (uint)high) >> 1);
            if (sorted[middle] < value)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    // FNV-1a, only to find the candidate: the text itself is compared.
    private static ulong AliasHash(ReadOnlySpan<byte> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in text)
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        return hash;
    }
}
