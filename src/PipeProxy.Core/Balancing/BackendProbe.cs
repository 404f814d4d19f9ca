namespace PipeProxy.Core.Balancing;

/// <summary>The place of the single live request by which a probing backend is tried; one at a time.</summary>
/// <param name="latencyLimit">Over this many milliseconds without a response head the probe has failed and the request goes elsewhere.</param>
public sealed class BackendProbe(int latencyLimit)
{
    private int _taken;
    private long _count;

    /// <summary>Milliseconds to a response head.</summary>
    public int LatencyLimit { get; } = latencyLimit;

    /// <summary>Probes begun so far.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Takes the place; false where a probe is under way.</summary>
    internal bool TryTake()
    {
        if (Volatile.Read(ref _taken) != 0 || Interlocked.Exchange(ref _taken, 1) != 0)
        {
            return false;
        }

        Interlocked.Increment(ref _count);
        return true;
    }

    /// <summary>The probe is over.</summary>
    internal void Return() => Volatile.Write(ref _taken, 0);
}
