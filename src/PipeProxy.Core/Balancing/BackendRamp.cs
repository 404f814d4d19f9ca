namespace PipeProxy.Core.Balancing;

/// <summary>
/// The growing share of one backend: from one request to its full share, linear in time. Each request of the service
/// adds to its credit what its share of that request is; who has a whole one may be given the request.
/// </summary>
public sealed class BackendRamp
{
    private const long One = 1L << 32;
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly TimeSpan _duration;
    private long _credit = One;

    /// <summary>Begins now.</summary>
    /// <param name="clock">The ramp's time.</param>
    /// <param name="duration">From the first request to the full share.</param>
    /// <param name="isRecovery">It was ejected before; false for a new backend, which cannot be ejected for latency meanwhile.</param>
    public BackendRamp(TimeProvider clock, TimeSpan duration, bool isRecovery)
    {
        _clock = clock;
        _start = clock.GetTimestamp();
        _duration = duration;
        IsRecovery = isRecovery;
    }

    /// <summary>It was ejected before.</summary>
    public bool IsRecovery { get; }

    /// <summary>Part of its full share that it has now: 0 to 1.</summary>
    public double Progress => _duration <= TimeSpan.Zero ? 1 : Math.Min(1, _clock.GetElapsedTime(_start) / _duration);

    /// <summary>A request of the service came; <paramref name="fullShare"/> is the backend's share of it at the ramp's end (0 to 1).</summary>
    internal void Accrue(double fullShare)
    {
        // Two requests' credit at most: a pause in the traffic must not end in a burst.
        if (Volatile.Read(ref _credit) < 2 * One)
        {
            Interlocked.Add(ref _credit, (long)(fullShare * Progress * One));
        }
    }

    /// <summary>Takes one request's credit; false where there is none.</summary>
    internal bool TryTake()
    {
        long credit = Volatile.Read(ref _credit);
        while (credit >= One)
        {
            long seen = Interlocked.CompareExchange(ref _credit, credit - One, credit);
            if (seen == credit)
            {
                return true;
            }

            credit = seen;
        }

        return false;
    }
}
