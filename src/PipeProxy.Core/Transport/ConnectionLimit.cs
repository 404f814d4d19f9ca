namespace PipeProxy.Core.Transport;

/// <summary>
/// How many client connections may be open at once, over all listeners. At the limit listeners stop accepting; the
/// kernel's queue holds what comes until a connection closes. It may be passed by as many as there are listeners.
/// </summary>
public sealed class ConnectionLimit(int maximum)
{
    private readonly Lock _gate = new();
    private readonly List<Action> _waiting = [];
    private int _count;
    private volatile bool _anyWaiting;

    /// <summary>The limit.</summary>
    public int Maximum { get; } = maximum > 0 ? maximum : throw new ArgumentOutOfRangeException(nameof(maximum));

    /// <summary>Connections that are open now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>True at the limit.</summary>
    public bool IsFull => Count >= Maximum;

    internal void Enter() => Interlocked.Increment(ref _count);

    internal void Leave()
    {
        // A full fence: a waiter announces itself and then looks at the count.
        Interlocked.Decrement(ref _count);
        if (_anyWaiting)
        {
            Wake();
        }
    }

    /// <summary>Calls <paramref name="resume"/> once, as soon as there is room: at once where there is room already.</summary>
    internal void WhenFree(Action resume)
    {
        lock (_gate)
        {
            _waiting.Add(resume);
            _anyWaiting = true;
        }

        Interlocked.MemoryBarrier();
        if (!IsFull)
        {
            Wake();
        }
    }

    private void Wake()
    {
        Action[] waiting;
        lock (_gate)
        {
            waiting = [.. _waiting];
            _waiting.Clear();
            _anyWaiting = false;
        }

        foreach (Action resume in waiting)
        {
            resume();
        }
    }
}
