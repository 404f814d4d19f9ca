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

    /// <summary>
    /// Adds the age of each in microseconds, less the time in which the client was waited for. Only those that are samples,
    /// and that began in the epoch of now.
    /// </summary>
    void AddAges(long nowTimestamp, List<long> agesMicroseconds);
}

/// <summary>
/// Attempts of one instance over sliding windows of up to 60 s. An attempt increments two counters of its worker's stripe;
/// the <see cref="BreakerMonitor"/> moves them into the windows, which are kept once.
/// </summary>
internal sealed class BackendStatistics(int workerCount, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly List<CounterValue> _scratch = [];
    private long _lastFinish = long.MinValue;
    private volatile StatisticsEpoch _epoch = new(0, workerCount);

    /// <summary>Stripes.</summary>
    public int WorkerCount => workerCount;

    /// <summary>Time of the windows.</summary>
    public TimeProvider Clock => clock;

    /// <summary>Counts the resets. An attempt notes it at its start; one that began before a reset never counts.</summary>
    public int Epoch => _epoch.Number;

    /// <summary>The attempts under way.</summary>
    public IWaitingAttempts? Waiting { get; set; }

    /// <summary>Attempts in a row, up to now, that failed before a valid response head.</summary>
    public int FailuresInRow => _epoch.FailuresInRow;

    /// <summary>Attempts in a row, up to now, that found no connection.</summary>
    public int ConnectFailuresInRow => _epoch.ConnectFailuresInRow;

    /// <summary>Timestamp of the last harvest that found a finished attempt.</summary>
    public long LastFinish => Volatile.Read(ref _lastFinish);

    /// <summary>An attempt finished. Any thread, allocates nothing, takes no lock.</summary>
    public void Record(int worker, int epoch, in AttemptSample sample)
    {
        StatisticsEpoch current = _epoch;
        if (current.Number == epoch)
        {
            current.Record(worker, sample);
        }
    }

    /// <summary>A body was cut short after its head had come: a network error of an attempt that was counted already.</summary>
    public void RecordCutBody(int worker, int epoch)
    {
        StatisticsEpoch current = _epoch;
        if (current.Number == epoch)
        {
            current.RecordCutBody(worker);
        }
    }

    /// <summary>Forgets everything, and what is under way now never counts.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _epoch = new StatisticsEpoch(_epoch.Number + 1, workerCount);
        }
    }

    /// <summary>Moves what was counted since the last call into the windows. Where nothing was it costs one look a stripe.</summary>
    public void Harvest(long nowTimestamp)
    {
        lock (_gate)
        {
            if (_epoch.Harvest(SinceStart(nowTimestamp), _scratch))
            {
                Volatile.Write(ref _lastFinish, nowTimestamp);
            }
        }
    }

    /// <summary>The sums over a window.</summary>
    public WindowTotals TotalsOf(Window window, long nowTimestamp)
    {
        lock (_gate)
        {
            return _epoch.Windows.TotalsOf(window, SinceStart(nowTimestamp));
        }
    }

    /// <summary>Adds the latencies within a window to <paramref name="histogram"/>.</summary>
    public void AddLatencies(Window window, long nowTimestamp, LatencyHistogram histogram)
    {
        lock (_gate)
        {
            _epoch.Windows.AddLatencies(window, SinceStart(nowTimestamp), histogram);
        }
    }

    /// <summary>Answers within a window whose status is in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public int CountStatuses(Window window, long nowTimestamp, int from, int to)
    {
        lock (_gate)
        {
            return _epoch.Windows.CountStatuses(window, SinceStart(nowTimestamp), from, to);
        }
    }

    /// <summary>How the last 10 s were, up to the last harvest. Any thread but the data plane's: it allocates.</summary>
    public BackendFigures Figures()
    {
        long now = clock.GetTimestamp();
        LatencyHistogram latencies = new();
        WindowTotals totals;
        lock (_gate)
        {
            totals = _epoch.Windows.TotalsOf(SlidingWindows.TenSeconds, SinceStart(now));
            _epoch.Windows.AddLatencies(SlidingWindows.TenSeconds, SinceStart(now), latencies);
        }

        List<long> ages = [];
        Waiting?.AddAges(now, ages);
        return new BackendFigures(
            totals.Finished,
            totals.NetworkErrors,
            totals.Finished / SlidingWindows.TenSeconds.Length.TotalSeconds,
            MillisecondsAt(50),
            MillisecondsAt(90),
            MillisecondsAt(99),
            ages.Count);

        double? MillisecondsAt(double q) => latencies.Count > 0 ? latencies.QuantileOf(q) / 1000 : null;
    }

    // The same origin for all, so that one check's harvest is in the same slot everywhere.
    private TimeSpan SinceStart(long timestamp) => clock.GetElapsedTime(0, timestamp);
}
