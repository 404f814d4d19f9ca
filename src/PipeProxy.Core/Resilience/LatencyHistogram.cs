namespace PipeProxy.Core.Resilience;

/// <summary>Latencies by bucket, to find a quantile in. Scratch: made once, used again and again by one thread.</summary>
internal sealed class LatencyHistogram
{
    private readonly int[] _counts = new int[LatencyScale.BucketCount];
    private int _lowest = LatencyScale.BucketCount;
    private int _highest = -1;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds <paramref name="count"/> latencies of one bucket.</summary>
    public void Add(int bucket, int count)
    {
        _counts[bucket] += count;
        _lowest = Math.Min(_lowest, bucket);
        _highest = Math.Max(_highest, bucket);
        Count += count;
    }

    /// <summary>
    /// The latency in microseconds that <paramref name="q"/> (0 to 100) percent of them do not exceed: the nearest rank.
    /// There must be one.
    /// </summary>
    public double QuantileOf(double q)
    {
        // What is a whole number but for the rounding of a product must not become the next one.
        long rank = Math.Clamp((long)Math.Ceiling((q * Count / 100) - 1e-6), 1, Count);
        int bucket = _lowest;
        for (long seen = _counts[bucket]; seen < rank; seen += _counts[bucket])
        {
            bucket++;
        }

        return LatencyScale.MiddleOf(bucket);
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        if (Count > 0)
        {
            _counts.AsSpan(_lowest, _highest - _lowest + 1).Clear();
            (_lowest, _highest, Count) = (LatencyScale.BucketCount, -1, 0);
        }
    }
}
