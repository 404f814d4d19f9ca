namespace PipeProxy.Core.Balancing;

/// <summary>
/// Backends in the order in which they are chosen: an immutable table, laid out once by smooth weighted round robin, so
/// that one cycle gives each backend exactly its weight and heavy ones are spread over the cycle. A choice is one
/// interlocked addition and one look-up.
/// </summary>
internal sealed class BackendRing
{
    /// <summary>A table is at most this long, or twice the number of backends; beyond it weights are scaled.</summary>
    internal const int MaximumLength = 4096;

    private readonly Backend[] _slots;

    private BackendRing(Backend[] slots, int count)
    {
        _slots = slots;
        Count = count;
    }

    /// <summary>Nobody to choose.</summary>
    public static BackendRing Empty { get; } = new([], 0);

    /// <summary>Distinct backends.</summary>
    public int Count { get; }

    /// <summary>Slots of one cycle.</summary>
    public int Length => _slots.Length;

    /// <summary>The next backend; null where there is none.</summary>
    public Backend? Next(RingCounter counter)
    {
        var slots = _slots;
        return slots.Length == 0 ? null : slots[counter.Next() % (uint)slots.Length];
    }

    /// <summary>
    /// The next backend that is not among <paramref name="tried"/>, searched on from the drawn slot; null where all
    /// were tried. Nulls in <paramref name="tried"/> mean nothing.
    /// </summary>
    public Backend? NextExcept(RingCounter counter, ReadOnlySpan<Backend?> tried)
    {
        var slots = _slots;
        if (slots.Length == 0)
        {
            return null;
        }

        var start = (int)(counter.Next() % (uint)slots.Length);
        for (var i = start; i < slots.Length; i++)
        {
            if (!Contains(tried, slots[i]))
            {
                return slots[i];
            }
        }

        for (var i = 0; i < start; i++)
        {
            if (!Contains(tried, slots[i]))
            {
                return slots[i];
            }
        }

        return null;
    }

    /// <summary>Lays the table out. Backends with a weight under 1 are left out.</summary>
    public static BackendRing Create(IReadOnlyList<(Backend Backend, int Weight)> backends)
    {
        var chosen = backends.Where(b => b.Weight > 0).ToArray();
        if (chosen.Length == 0)
        {
            return Empty;
        }

        var weights = Array.ConvertAll(chosen, c => (long)c.Weight);
        Reduce(weights);
        if (Array.TrueForAll(weights, w => w == 1))
        {
            return new BackendRing(Array.ConvertAll(chosen, c => c.Backend), chosen.Length);
        }

        var slots = new Backend[weights.Sum()];
        var current = new long[weights.Length];
        for (var slot = 0; slot < slots.Length; slot++)
        {
            var best = 0;
            for (var i = 0; i < current.Length; i++)
            {
                current[i] += weights[i];
                if (current[i] > current[best])
                {
                    best = i;
                }
            }

            current[best] -= slots.Length;
            slots[slot] = chosen[best].Backend;
        }

        return new BackendRing(slots, chosen.Length);
    }

    private static void Reduce(long[] weights)
    {
        var divisor = weights.Aggregate(GreatestCommonDivisor);
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] /= divisor;
        }

        var limit = Math.Max(MaximumLength, 2 * weights.Length);
        var total = weights.Sum();
        if (total <= limit)
        {
            return;
        }

        // Everyone keeps a slot; the rest is shared by weight, so that the sum stays within the limit.
        var shared = limit - weights.Length;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = 1 + (long)((Int128)weights[i] * shared / total);
        }

        divisor = weights.Aggregate(GreatestCommonDivisor);
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] /= divisor;
        }
    }

    private static long GreatestCommonDivisor(long a, long b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }

    private static bool Contains(ReadOnlySpan<Backend?> tried, Backend backend)
    {
        foreach (var one in tried)
        {
            if (ReferenceEquals(one, backend))
            {
                return true;
            }
        }

        return false;
    }
}
