namespace PipeProxy.Core.Forwarding;

/// <summary>
/// How many repeats after failures a service has under way at any moment: at most a fifth of its active requests, at least
/// 10. A service that fails as a whole is asked little more often than its clients ask.
/// </summary>
internal sealed class RetryBudget(ServiceRuntime service)
{
    private const int Least = 10;
    private const int Share = 5;
    private int _taken;

    /// <summary>Repeats under way.</summary>
    public int Taken => Volatile.Read(ref _taken);

    private long Limit => Math.Max(Least, service.Active.Count / Share);

    /// <summary>Takes a place; false where there is none.</summary>
    public bool TryTake()
    {
        int taken = Volatile.Read(ref _taken);
        while (taken < Limit)
        {
            int seen = Interlocked.CompareExchange(ref _taken, taken + 1, taken);
            if (seen == taken)
            {
                return true;
            }

            taken = seen;
        }

        return false;
    }

    /// <summary>The repeat is over. Whoever waits for a place is to be told.</summary>
    public void Return() => Interlocked.Decrement(ref _taken);
}
