using PipeProxy.Core.Balancing;

namespace PipeProxy.Core.Forwarding;

/// <summary>The instances that a request has tried. Grows; keeps its room for the next request.</summary>
internal sealed class TriedBackends(int capacity)
{
    private Backend?[] _backends = new Backend?[Math.Max(1, capacity)];

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>Which. Read from another thread it may be of the moment before, but is always a whole list.</summary>
    public ReadOnlySpan<Backend?> All
    {
        get
        {
            Backend?[] backends = Volatile.Read(ref _backends);
            return backends.AsSpan(0, Math.Min(Count, backends.Length));
        }
    }

    public bool Contains(Backend backend) => All.Contains(backend);

    public void Add(Backend backend)
    {
        if (Count == _backends.Length)
        {
            // Refused connections and instances that are gone do not count as attempts, so there may be more than those;
            // forgetting one would let a request go round for as long as everybody refuses.
            Array.Resize(ref _backends, _backends.Length * 2);
        }

        _backends[Count++] = backend;
    }

    public void Clear()
    {
        Array.Clear(_backends, 0, Count);
        Count = 0;
    }
}
