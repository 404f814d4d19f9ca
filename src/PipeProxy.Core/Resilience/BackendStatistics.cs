namespace PipeProxy.Core.Resilience;

/// <summary>One finished attempt, as statistics see it.</summary>
/// <param name="LatencyMicroseconds">From the attempt's start to the response head, less the time in which the client was waited for; -1 = no sample.</param>
/// <param name="Status">Of the answer; 0 = there was none.</param>
/// <param name="Failure">How it failed before a valid response head.</param>
internal readonly record struct AttemptSample(long LatencyMicroseconds, int Status, AttemptFailure Failure);

/// <summary>How an attempt failed before a valid response head.</summary>
internal enum AttemptFailure : byte
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>No connection: refused, unreachable, timed out.</summary>
    Connect,

    /// <summary>Reset, closed, timed out, or no valid head.</summary>
    BeforeHead,
}

/// <summary>The attempts of one backend that wait for a response head now.</summary>
internal interface IWaitingAttempts
{
    /// <summary>Whether there is one. Cheap.</summary>
    bool Any { get; }

    /// <summary>Adds the age of each in microseconds, less the time in which the client was waited for. Only those that are samples.</summary>
    void AddAges(long nowTimestamp, List<long> agesMicroseconds);
}

/// <summary>Attempts of one instance over sliding windows of up to 60 s.</summary>
internal sealed class BackendStatistics(int workerCount, TimeProvider clock)
{
    private int _failuresInRow;
    private int _connectFailuresInRow;
    private int _cutBodies;

    /// <summary>Stripes.</summary>
    public int WorkerCount { get; } = workerCount;

    /// <summary>Time of the windows.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>Counts the resets. An attempt notes it at its start; one that began before a reset never counts.</summary>
    public int Epoch { get; private set; }

    /// <summary>The attempts under way.</summary>
    public IWaitingAttempts? Waiting { get; set; }

    /// <summary>Attempts in a row, up to now, that failed before a valid response head.</summary>
    public int FailuresInRow => Volatile.Read(ref _failuresInRow);

    /// <summary>Attempts in a row, up to now, that found no connection.</summary>
    public int ConnectFailuresInRow => Volatile.Read(ref _connectFailuresInRow);

    /// <summary>An attempt finished. Any thread, allocates nothing, takes no lock.</summary>
    public void Record(int worker, int epoch, in AttemptSample sample)
    {
        if (epoch != Epoch)
        {
            return;
        }

        if (sample.Failure == AttemptFailure.None)
        {
            Volatile.Write(ref _failuresInRow, 0);
            Volatile.Write(ref _connectFailuresInRow, 0);
            return;
        }

        Interlocked.Increment(ref _failuresInRow);
        if (sample.Failure == AttemptFailure.Connect)
        {
            Interlocked.Increment(ref _connectFailuresInRow);
        }
        else
        {
            Volatile.Write(ref _connectFailuresInRow, 0);
        }
    }

    /// <summary>A body was cut short after its head had come: a network error of an attempt that was counted already.</summary>
    public void RecordCutBody(int worker, int epoch) => Interlocked.Increment(ref _cutBodies);

    /// <summary>Forgets everything, and what is under way now never counts.</summary>
    public void Reset()
    {
        Epoch++;
        Volatile.Write(ref _failuresInRow, 0);
        Volatile.Write(ref _connectFailuresInRow, 0);
    }
}
