namespace PipeProxy.Core.Resilience;

/// <summary>
/// The counters of one worker's attempts: one array of numbers, of which an attempt increments two (how it ended, how
/// long it took). Written by any thread, emptied by one.
/// </summary>
/// <remarks>
/// Counters are numbered the same way in stripes and in windows: how an attempt ended (no answer, each status from 100 to
/// 599), cut bodies, and one a latency bucket. Each attempt is in exactly one of those up to <see cref="FirstLatency"/>,
/// cut bodies apart.
/// </remarks>
internal sealed class AttemptCounters
{
    /// <summary>No connection.</summary>
    public const int NoConnection = 0;

    /// <summary>It failed after it had a connection, before a valid response head.</summary>
    public const int NoHead = 1;

    /// <summary>No answer, and nobody's failure.</summary>
    public const int NoAnswer = 2;

    /// <summary>A status outside of 100 to 599.</summary>
    public const int OtherStatus = 3;

    /// <summary>A body cut short, of an attempt that is counted by its status.</summary>
    public const int CutBody = 4;

    /// <summary>The counter of status 100.</summary>
    public const int FirstStatus = 5;

    /// <summary>The counter of the first latency bucket.</summary>
    public const int FirstLatency = FirstStatus + HighestStatus - LowestStatus + 1;

    /// <summary>How many counters there are.</summary>
    public const int Count = FirstLatency + LatencyScale.BucketCount;

    private const int LowestStatus = 100;
    private const int HighestStatus = 599;

    // Two cache lines at both ends, so that no counter shares one with another worker's; the flag is the first number after.
    private const int Padding = 32;
    private const int Flag = Padding;
    private const int First = Flag + 1;
    private readonly int[] _numbers = new int[First + Count + Padding];

    /// <summary>The counter of a status.</summary>
    public static int CounterOfStatus(int status) => status is >= LowestStatus and <= HighestStatus ? FirstStatus + status - LowestStatus : OtherStatus;

    /// <summary>The first counter of a status that is not less than <paramref name="status"/>; one past the last where there is none.</summary>
    public static int FirstCounterFrom(int status) => FirstStatus + Math.Clamp(status, LowestStatus, HighestStatus + 1) - LowestStatus;

    /// <summary>Whether an attempt that ended there, or what is counted there, is a network error.</summary>
    public static bool IsNetworkError(int counter) =>
        counter is NoConnection or NoHead or CutBody or FirstStatus + 502 - LowestStatus or FirstStatus + 504 - LowestStatus;

    /// <summary>Counts a finished attempt. Any thread.</summary>
    public void Add(in AttemptSample sample)
    {
        int outcome = sample.Failure switch
        {
            AttemptFailure.Connect => NoConnection,
            AttemptFailure.BeforeHead => NoHead,
            _ => sample.Status == 0 ? NoAnswer : CounterOfStatus(sample.Status),
        };
        Interlocked.Increment(ref _numbers[First + outcome]);
        if (sample.LatencyMicroseconds >= 0)
        {
            Interlocked.Increment(ref _numbers[First + FirstLatency + LatencyScale.BucketOf(sample.LatencyMicroseconds)]);
        }

        RaiseFlag();
    }

    /// <summary>Counts a body that was cut short. Any thread.</summary>
    public void AddCutBody()
    {
        Interlocked.Increment(ref _numbers[First + CutBody]);
        RaiseFlag();
    }

    /// <summary>
    /// Moves what was counted since the last call to <paramref name="taken"/>, in the order of the counters; false where
    /// there was nothing, which costs one look. One thread at a time.
    /// </summary>
    public bool TryTake(List<CounterValue> taken)
    {
        taken.Clear();
        if (Volatile.Read(ref _numbers[Flag]) == 0)
        {
            return false;
        }

        // Lowered before the counters are read, raised after they are written: an increment that is missed here leaves the
        // flag up for the next call. Each number is exchanged, so that none is lost or taken twice.
        Interlocked.Exchange(ref _numbers[Flag], 0);
        Span<int> numbers = _numbers.AsSpan(First, Count);
        for (int i = 0; ; i++)
        {
            int next = numbers[i..].IndexOfAnyExcept(0);
            if (next < 0)
            {
                return taken.Count > 0;
            }

            i += next;
            taken.Add(new CounterValue(i, Interlocked.Exchange(ref numbers[i], 0)));
            if (i == Count - 1)
            {
                return true;
            }
        }
    }

    // The increment before is a full fence: either the one who lowers the flag sees it, or the flag is found lowered here.
    private void RaiseFlag()
    {
        if (Volatile.Read(ref _numbers[Flag]) == 0)
        {
            Volatile.Write(ref _numbers[Flag], 1);
        }
    }
}

/// <summary>One counter of <see cref="AttemptCounters"/> and what it counted.</summary>
/// <param name="Counter">Its number.</param>
/// <param name="Value">Over 0.</param>
internal readonly record struct CounterValue(int Counter, int Value);
