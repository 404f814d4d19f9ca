namespace PipeProxy.Core.Resilience;

/// <summary>
/// What is known of one instance's attempts between two resets. A reset puts another one in its place: what an attempt
/// of before still counts, it counts here, where nobody looks any more.
/// </summary>
internal sealed class StatisticsEpoch(int number, int workerCount)
{
    // One a worker, made by its first attempt.
    private readonly AttemptCounters?[] _stripes = new AttemptCounters?[workerCount];
    private int _failuresInRow;
    private int _connectFailuresInRow;

    /// <summary>Resets before it.</summary>
    public int Number => number;

    /// <summary>Read and written under the lock of its owner.</summary>
    public SlidingWindows Windows { get; } = new();

    public int FailuresInRow => Volatile.Read(ref _failuresInRow);

    public int ConnectFailuresInRow => Volatile.Read(ref _connectFailuresInRow);

    public void Record(int worker, in AttemptSample sample)
    {
        Row(sample);
        StripeOf(worker).Add(sample);
    }

    public void RecordCutBody(int worker) => StripeOf(worker).AddCutBody();

    /// <summary>Moves what was counted since the last call into the windows; false where there was nothing.</summary>
    public bool Harvest(TimeSpan now, List<CounterValue> scratch)
    {
        bool any = false;
        foreach (AttemptCounters? stripe in _stripes)
        {
            if (stripe is not null && stripe.TryTake(scratch))
            {
                Windows.Add(now, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(scratch));
                any = true;
            }
        }

        return any;
    }

    // On the steady path this reads one cache line that nobody writes.
    private void Row(in AttemptSample sample)
    {
        if (sample.Failure != AttemptFailure.None)
        {
            Interlocked.Increment(ref _failuresInRow);
        }
        else if (Volatile.Read(ref _failuresInRow) != 0)
        {
            Volatile.Write(ref _failuresInRow, 0);
        }

        if (sample.Failure == AttemptFailure.Connect)
        {
            Interlocked.Increment(ref _connectFailuresInRow);
        }
        else if (Volatile.Read(ref _connectFailuresInRow) != 0)
        {
            Volatile.Write(ref _connectFailuresInRow, 0);
        }
    }

    private AttemptCounters StripeOf(int worker)
    {
        ref AttemptCounters? stripe = ref _stripes[worker];
        if (Volatile.Read(ref stripe) is { } known)
        {
            return known;
        }

        AttemptCounters made = new();
        return Interlocked.CompareExchange(ref stripe, made, null) ?? made;
    }
}
