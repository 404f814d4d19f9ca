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
    private readonly bool _creditIsAsked;

    private BackendSet(ImmutableArray<BackendEntry> entries)
    {
        Entries = entries;
        _hashes = entries.Select(e => e.Backend.AffinityHash).ToArray();
        _entryOfHash = Enumerable.Range(0, entries.Length).ToArray();
        Array.Sort(_hashes, _entryOfHash);
        _aliases = entries.SelectMany((e, i) => e.Backend.Definition.AffinityAliases.Select(a => (Encoding.UTF8.GetBytes(a), i))).ToArray();
        _aliasHashes = Array.ConvertAll(_aliases, a => AliasHash(a.Text));
        Array.Sort(_aliasHashes, _aliases);
        var up = RingOf(entries.Where(e => e.State == BackendState.Up));
        _creditIsAsked = up.Count > 0;
        Ring = up.Count > 0 ? up : RingOf(entries.Where(e => e.State == BackendState.Ramping));
        Ramping = _creditIsAsked ? RampingOf(entries) : [];
        Probing = [.. entries.Where(e => e is { State: BackendState.Probing, Probe: not null, Weight: > 0 })];
        LastResorts = [.. entries.Where(e => e.Weight > 0 && e.State is not (BackendState.Up or BackendState.Ramping) && TierOf(e.State) >= 0)
            .OrderBy(e => TierOf(e.State)).ThenBy(e => e.Badness).ThenBy(e => e.Since)];
        if (Ring.Count == 0 && LastResorts is [var best, ..])
        {
            Ring = RingOf(LastResorts.Where(e => TierOf(e.State) == TierOf(best.State) && e.Badness.Equals(best.Badness)));
        }
    }

    /// <summary>Nobody.</summary>
    public static BackendSet Empty { get; } = new([]);

    /// <summary>All of them, in the provider's order, whatever their state.</summary>
    public ImmutableArray<BackendEntry> Entries { get; }

    /// <summary>
    /// Who takes requests in turn: those up; where none is, those ramping; else the least bad of the ejected, unhealthy
    /// and probing (<see cref="BackendEntry.Badness"/>; several only where they are equally bad); else those draining.
    /// Starting and paused ones are never chosen.
    /// </summary>
    internal BackendRing Ring { get; }

    /// <summary>
    /// Those that take a growing share beside the ring, by the credit of their ramp. Empty where nobody is up: then they
    /// are the ring.
    /// </summary>
    internal ImmutableArray<RampingBackend> Ramping { get; }

    /// <summary>Those that are tried by single live requests; each has a <see cref="BackendEntry.Probe"/>.</summary>
    internal ImmutableArray<BackendEntry> Probing { get; }

    /// <summary>
    /// Whom to ask where the ring and those ramping were all tried: ejected, unhealthy and probing ones from the least bad
    /// to the worst (equally bad: longest in that state first), then those that drain.
    /// </summary>
    internal ImmutableArray<BackendEntry> LastResorts { get; }

    /// <summary>A set of these.</summary>
    public static BackendSet Create(ImmutableArray<BackendEntry> entries) => entries.IsEmpty ? Empty : new BackendSet(entries);

    /// <summary>
    /// The backend that a cookie of ours names, where it may be given a sticky request: it is up, or ramping and its
    /// <paramref name="ramp"/> has a request's credit (null = there is nothing to ask).
    /// </summary>
    internal bool TryFindByAffinity(ulong hash, out Backend backend, out BackendRamp? ramp)
    {
        for (var i = FirstOf(_hashes, hash); (uint)i < (uint)_hashes.Length && _hashes[i] == hash; i++)
        {
            if (IsUsable(Entries.AsSpan()[_entryOfHash[i]], out backend, out ramp))
            {
                return true;
            }
        }

        (backend, ramp) = (null!, null);
        return false;
    }

    /// <summary>The same for a cookie value of another proxy.</summary>
    internal bool TryFindAlias(ReadOnlySpan<byte> cookieValue, out Backend backend, out BackendRamp? ramp)
    {
        if (_aliases.Length > 0)
        {
            var hash = AliasHash(cookieValue);
            for (var i = FirstOf(_aliasHashes, hash); (uint)i < (uint)_aliasHashes.Length && _aliasHashes[i] == hash; i++)
            {
                if (cookieValue.SequenceEqual(_aliases[i].Text) && IsUsable(Entries.AsSpan()[_aliases[i].Entry], out backend, out ramp))
                {
                    return true;
                }
            }
        }

        (backend, ramp) = (null!, null);
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

    private bool IsUsable(in BackendEntry entry, out Backend backend, out BackendRamp? ramp)
    {
        backend = entry.Backend;
        ramp = _creditIsAsked && entry.State == BackendState.Ramping ? entry.Ramp : null;
        return entry.State is BackendState.Up or BackendState.Ramping;
    }

    private static BackendRing RingOf(IEnumerable<BackendEntry> entries) => BackendRing.Create([.. entries.Select(e => (e.Backend, e.Weight))]);

    // A full share is that of the ring in which all who ramp now are up.
    private static ImmutableArray<RampingBackend> RampingOf(ImmutableArray<BackendEntry> entries)
    {
        var total = entries.Sum(e => e.State is BackendState.Up or BackendState.Ramping ? Math.Max(0L, e.Weight) : 0);
        return [.. entries.Where(e => e is { State: BackendState.Ramping, Ramp: not null, Weight: > 0 }).Select(e => new RampingBackend(e.Backend, e.Ramp!, (double)e.Weight / total))];
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

/// <summary>A backend that takes a growing share.</summary>
/// <param name="Backend">The instance.</param>
/// <param name="Ramp">Its credit: <see cref="BackendRamp.Accrue"/> it with each request of the service, take it with <see cref="BackendRamp.TryTake"/>.</param>
/// <param name="FullShare">Its part of the service's requests at the ramp's end, 0 to 1.</param>
internal readonly record struct RampingBackend(Backend Backend, BackendRamp Ramp, double FullShare);
