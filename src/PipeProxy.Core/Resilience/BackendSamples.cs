using System.Globalization;

namespace PipeProxy.Core.Resilience;

/// <summary>
/// The statistics of one backend at one moment, as an expression reads them: each function looks at the shortest window
/// that holds enough samples. Made once, pointed at one backend after another; one thread.
/// </summary>
internal sealed class BackendSamples : IBreakerSamples
{
    private const int RecoveryRequests = 3;
    private const int MostRequests = 1000;
    private readonly LatencyHistogram _histogram = new();
    private readonly List<long> _ages = [];
    private readonly WindowTotals?[] _totals = new WindowTotals?[SlidingWindows.All.Length];
    private BackendStatistics _statistics = null!;
    private long _now;
    private int _minRequests;
    private bool _isRecovery;
    private bool _isLatencyLeftOut;
    private int _windowsUsed;

    /// <summary>Looks at another backend, or at the same one later. The waiting attempts are those of this moment.</summary>
    /// <param name="statistics">Of the backend, harvested.</param>
    /// <param name="nowTimestamp">By the clock of <paramref name="statistics"/>.</param>
    /// <param name="minRequests">Samples below which nothing is concluded.</param>
    /// <param name="isRecovery">It ramps after an ejection: 3 are enough.</param>
    /// <param name="isLatencyLeftOut">It ramps for the first time: there is no sample of latency.</param>
    public void Look(BackendStatistics statistics, long nowTimestamp, int minRequests, bool isRecovery, bool isLatencyLeftOut)
    {
        (_statistics, _now, _minRequests, _isRecovery, _isLatencyLeftOut) = (statistics, nowTimestamp, minRequests, isRecovery, isLatencyLeftOut);
        _ages.Clear();
        _totals.AsSpan().Clear();
        _windowsUsed = 0;
        if (!isLatencyLeftOut)
        {
            statistics.Waiting?.AddAges(nowTimestamp, _ages);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A waiting attempt is a sample once its age exceeds the quantile of the finished ones, so it may raise a quantile and
    /// never lowers it.
    /// </remarks>
    public bool TryLatencyAtQuantileMS(double q, out double milliseconds)
    {
        int needed = NeededFor(q);
        for (int i = 0; i < SlidingWindows.All.Length && !_isLatencyLeftOut; i++)
        {
            if (TotalsOf(i).Latencies + _ages.Count < needed)
            {
                continue;
            }

            _histogram.Clear();
            _statistics.AddLatencies(SlidingWindows.All[i], _now, _histogram);
            double finished = _histogram.Count > 0 ? _histogram.QuantileOf(q) : -1;
            foreach (long age in _ages)
            {
                if (age > finished)
                {
                    _histogram.Add(LatencyScale.BucketOf(age), 1);
                }
            }

            if (_histogram.Count >= needed)
            {
                _windowsUsed |= 1 << i;
                milliseconds = _histogram.QuantileOf(q) / 1000;
                return true;
            }
        }

        milliseconds = 0;
        return false;
    }

    /// <inheritdoc/>
    public bool TryNetworkErrorRatio(out double ratio)
    {
        int i = WindowWithEnoughFinished();
        if (i < 0)
        {
            ratio = 0;
            return false;
        }

        // A cut body is an error of an attempt that may be in an earlier slot.
        ratio = Math.Min(1, (double)TotalsOf(i).NetworkErrors / TotalsOf(i).Finished);
        return true;
    }

    /// <inheritdoc/>
    public bool TryResponseCodeRatio(int from, int to, int dividedByFrom, int dividedByTo, out double ratio)
    {
        int i = WindowWithEnoughFinished();
        ratio = 0;
        if (i < 0)
        {
            return false;
        }

        int divisor = _statistics.CountStatuses(SlidingWindows.All[i], _now, dividedByFrom, dividedByTo);
        ratio = divisor == 0 ? 0 : (double)_statistics.CountStatuses(SlidingWindows.All[i], _now, from, to) / divisor;
        return true;
    }

    /// <inheritdoc/>
    public bool TryRequestThreshold(out double requests)
    {
        requests = _statistics.TotalsOf(SlidingWindows.TenSeconds, _now).Finished;
        return true;
    }

    /// <summary>The windows that were looked at since the last call, for people: <c>0.5 s</c>; empty where none was.</summary>
    public string TakeWindowsUsed()
    {
        int used = _windowsUsed;
        _windowsUsed = 0;
        return string.Join(" and ", SlidingWindows.All.Where((_, i) => (used & (1 << i)) != 0)
            .Select(static w => string.Create(CultureInfo.InvariantCulture, $"{w.Length.TotalSeconds:0.#} s")));
    }

    private int WindowWithEnoughFinished()
    {
        int needed = _isRecovery ? RecoveryRequests : Math.Max(1, _minRequests);
        for (int i = 0; i < SlidingWindows.All.Length; i++)
        {
            if (TotalsOf(i).Finished >= needed)
            {
                _windowsUsed |= 1 << i;
                return i;
            }
        }

        return -1;
    }

    // Five samples beyond the quantile, so that it is not one bad answer's.
    private int NeededFor(double q) => _isRecovery
        ? RecoveryRequests
        : Math.Max(Math.Max(1, _minRequests), (int)Math.Min(Math.Ceiling((5 / (1 - (Math.Clamp(q, 0, 100) / 100))) - 1e-6), MostRequests));

    private WindowTotals TotalsOf(int window) => _totals[window] ??= _statistics.TotalsOf(SlidingWindows.All[window], _now);
}
