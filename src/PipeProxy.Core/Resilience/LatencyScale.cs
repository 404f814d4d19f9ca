using System.Numerics;

namespace PipeProxy.Core.Resilience;

/// <summary>
/// The buckets of a latency histogram: microseconds one by one up to 63, then 32 buckets an octave. A bucket stands for
/// its middle, so that a latency is told with an error under 2 % (1/64 at most) from 1 us to over 1 h.
/// </summary>
internal static class LatencyScale
{
    private const int OctaveBits = 5;
    private const int LinearEnd = 2 << OctaveBits;
    private const int LastOctave = 31;

    /// <summary>How many buckets there are. The last one holds everything from 2^32 us (71 min) on as well.</summary>
    public const int BucketCount = LinearEnd + ((LastOctave - OctaveBits) << OctaveBits);

    /// <summary>Timestamps of <paramref name="clock"/> in microseconds; a negative number of them is 0. Right for days as well.</summary>
    public static long MicrosecondsOf(long timestamps, TimeProvider clock) =>
        Math.Max(0, timestamps) is < long.MaxValue / 1_000_000 and var few ? few * 1_000_000 / clock.TimestampFrequency : (long)clock.GetElapsedTime(0, timestamps).TotalMicroseconds;

    /// <summary>Where a latency belongs; a negative one belongs to the first.</summary>
    public static int BucketOf(long microseconds)
    {
        if (microseconds < LinearEnd)
        {
            return (int)Math.Max(0, microseconds);
        }

        int octave = BitOperations.Log2((ulong)microseconds);
        int shift = octave - OctaveBits;
        return octave > LastOctave ? BucketCount - 1 : (shift << OctaveBits) + (int)(microseconds >> shift);
    }

    /// <summary>What a bucket stands for, in microseconds.</summary>
    public static double MiddleOf(int bucket)
    {
        if (bucket < LinearEnd)
        {
            return bucket;
        }

        int shift = (bucket >> OctaveBits) - 1;
        long first = (long)(bucket - (shift << OctaveBits)) << shift;
        return first + (((1L << shift) - 1) / 2.0);
    }
}
