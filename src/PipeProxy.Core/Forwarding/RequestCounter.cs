namespace PipeProxy.Core.Forwarding;

/// <summary>How many requests are under way, so that a drain knows when it is done.</summary>
internal sealed class RequestCounter
{
    private long _active;
    private long _total;

    public long Active => Interlocked.Read(ref _active);

    public long Total => Interlocked.Read(ref _total);

    public void Begin()
    {
        Interlocked.Increment(ref _active);
        Interlocked.Increment(ref _total);
    }

    public void End() => Interlocked.Decrement(ref _active);
}
