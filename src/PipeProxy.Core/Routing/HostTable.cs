using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace PipeProxy.Core.Routing;

/// <summary>Host name to a list of routes, by hash: open addressing over bytes, at most half full, immutable.</summary>
internal sealed class HostTable
{
    private readonly Slot[] _slots;

    /// <summary>A table of these; names are in <see cref="HostNames"/>' form.</summary>
    public HostTable(IReadOnlyDictionary<string, int[]> routes)
    {
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, routes.Count * 2))];
        foreach (var (name, indices) in routes)
        {
            var key = Encoding.ASCII.GetBytes(name);
            var hash = Hash(key);
            var slot = hash & (uint)(_slots.Length - 1);
            while (_slots[slot].Key is not null)
            {
                slot = (slot + 1) & (uint)(_slots.Length - 1);
            }

            _slots[slot] = new Slot(hash, key, indices);
        }
    }

    /// <summary>Indices of the routes for <paramref name="host"/>, ascending; empty where there are none.</summary>
    public ReadOnlySpan<int> Find(ReadOnlySpan<byte> host)
    {
        var slots = _slots;
        var hash = Hash(host);
        for (var i = hash & (uint)(slots.Length - 1); ; i = (i + 1) & (uint)(slots.Length - 1))
        {
            ref readonly var slot = ref slots[i];
            if (slot.Key is null)
            {
                return default;
            }

            if (slot.Hash == hash && host.SequenceEqual(slot.Key))
            {
                return slot.Routes;
            }
        }
    }

    // Eight bytes a step, multiplied and folded. The table is fixed by the configuration, so a client that knows the
    // function gains nothing: the longest run of full slots is all it can make us look at.
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        var hash = (ulong)name.Length * 0x9E3779B97F4A7C15UL;
        while (name.Length >= 8)
        {
            hash = (hash ^ MemoryMarshal.Read<ulong>(name)) * 0x9FB21C651E98DF25UL;
            hash ^= hash >> 32;
            name = name[8..];
        }

        var rest = 0UL;
        foreach (var b in name)
        {
            rest = (rest << 8) | b;
        }

        hash = (hash ^ rest) * 0x9FB21C651E98DF25UL;
        return (uint)(hash ^ (hash >> 32));
    }

    private readonly record struct Slot(uint Hash, byte[]? Key, int[] Routes);
}
