namespace PipeProxy.Core.Forwarding;

/// <summary>Body bytes that all requests together keep readable for a repeat. Over the limit a body is not repeatable.</summary>
internal sealed class ReplayMemory(long limit)
{
    private long _used;

    /// <summary>Bytes kept now.</summary>
    public long Used => Volatile.Read(ref _used);

    public bool TryCharge(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    public void Release(long bytes)
    {
        if (bytes != 0)
        {
            Interlocked.Add(ref _used, -bytes);
        }
    }
}
