namespace PipeProxy.Core.Transport;

/// <summary>
/// One movable point in time, owned by whoever waits. Setting it off or later is one write. It may fire on another
/// thread than the owner's: the owner checks what it was waiting for, and races are its to settle.
/// </summary>
public sealed class Deadline(WorkerTimers timers, Action<object> onDue, object owner)
{
    /// <summary>The value of <see cref="Due"/> when nothing is awaited.</summary>
    public const long Off = long.MaxValue;

    private long _due = Off;
    private long _linkedTick;

    /// <summary>When it fires, in <see cref="WorkerTimers.NowMilliseconds"/> time, or <see cref="Off"/>.</summary>
    public long Due => Volatile.Read(ref _due);

    internal Deadline? Next { get; set; }

    internal Deadline? Previous { get; set; }

    /// <summary>The tick whose slot it sits in; 0 = in none.</summary>
    internal long LinkedTick
    {
        get => Volatile.Read(ref _linkedTick);
        set => Volatile.Write(ref _linkedTick, value);
    }

    /// <summary>Fires once, <paramref name="milliseconds"/> from now; replaces what was set. 0 or less turns it off.</summary>
    public void Set(int milliseconds)
    {
        if (milliseconds <= 0)
        {
            Clear();
            return;
        }

        long due = timers.ReadClockRoundedUp() + milliseconds;
        // A full fence: the wheel empties the slot mark and then reads Due; we write Due and then read the mark.
        Interlocked.Exchange(ref _due, due);
        long linked = LinkedTick;
        if (linked == 0 || linked > WorkerTimers.TickOf(due))
        {
            timers.Link(this, due);
        }
    }

    /// <summary>Nothing is awaited any more.</summary>
    public void Clear() => Volatile.Write(ref _due, Off);

    /// <summary>Takes it out of the wheel: the owner is done.</summary>
    public void Remove()
    {
        Clear();
        timers.Remove(this);
    }

    internal void Fire()
    {
        long due = Due;
        if (due != Off && due <= timers.NowMilliseconds && Interlocked.CompareExchange(ref _due, Off, due) == due)
        {
            onDue(owner);
        }
    }
}
