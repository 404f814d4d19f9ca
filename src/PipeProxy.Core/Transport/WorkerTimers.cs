namespace PipeProxy.Core.Transport;

/// <summary>
/// A worker's deadlines. To move a deadline later, or off, is one write; only an earlier one takes the lock. A
/// keep-alive connection therefore costs nothing here on the steady path.
/// </summary>
/// <remarks>
/// Deadlines sit in the slots of a wheel (one tick, <see cref="TickMilliseconds"/>, a slot). A slot that is visited
/// fires the deadlines that are due and moves the others on, so a deadline that has moved later costs one visit.
/// Time comes from a <see cref="TimeProvider"/>; the owner calls <see cref="Tick"/>.
/// </remarks>
public sealed class WorkerTimers(TimeProvider clock)
{
    /// <summary>Resolution of every deadline, in milliseconds: it fires at most this much late.</summary>
    public const int TickMilliseconds = 50;

    private const int SlotCount = 2048;
    private readonly Lock _gate = new();
    private readonly Deadline?[] _slots = new Deadline?[SlotCount];
    private readonly List<Deadline> _due = [];
    private readonly long _start = clock.GetTimestamp();
    private readonly long _timestampsPerSecond = clock.TimestampFrequency;
    private long _visitedTick = 1;
    private long _nowMilliseconds;

    /// <summary>Milliseconds since this instance began, monotonic, read from the clock.</summary>
    public long ReadClock() => ToMilliseconds(clock.GetTimestamp() - _start);

    /// <summary>
    /// Milliseconds at the last tick: cheap, and at most one tick old. Good enough for "how long idle"; a deadline is
    /// counted from <see cref="ReadClock"/>, else it could be a tick early.
    /// </summary>
    public long NowMilliseconds => Volatile.Read(ref _nowMilliseconds);

    /// <summary>Number of deadlines that sit in the wheel (armed, or not yet found to be off).</summary>
    public int Count { get; private set; }

    /// <summary>Fires what is due. Called by the worker every <see cref="TickMilliseconds"/>, never concurrently.</summary>
    public void Tick()
    {
        long now = ReadClock();
        Volatile.Write(ref _nowMilliseconds, now);
        long tick = TickOf(now);
        lock (_gate)
        {
            // The last slot again as well: it keeps what was not quite due.
            long first = Math.Max(_visitedTick, tick - SlotCount + 1);
            _visitedTick = tick;
            for (long t = first; t <= tick; t++)
            {
                VisitSlot((int)(t % SlotCount), now);
            }
        }

        foreach (Deadline deadline in _due)
        {
            deadline.Fire();
        }

        _due.Clear();
    }

    /// <summary>The first whole millisecond that has not begun: what a deadline counts from, so that it is never early.</summary>
    internal long ReadClockRoundedUp() => ToMilliseconds(clock.GetTimestamp() - _start + (_timestampsPerSecond / 1000) - 1);

    /// <summary>The number of the tick in which a time lies. From 1 on: 0 is the mark of a deadline in no slot.</summary>
    internal static long TickOf(long milliseconds) => (milliseconds / TickMilliseconds) + 1;

    /// <summary>Puts <paramref name="deadline"/> where it fires at <paramref name="due"/> or earlier.</summary>
    internal void Link(Deadline deadline, long due)
    {
        lock (_gate)
        {
            long tick = SlotTickOf(due);
            if (deadline.LinkedTick != 0)
            {
                if (deadline.LinkedTick <= tick)
                {
                    return;
                }

                Unlink(deadline);
            }

            Insert(deadline, tick);
        }
    }

    /// <summary>Takes <paramref name="deadline"/> out of the wheel for good.</summary>
    internal void Remove(Deadline deadline)
    {
        lock (_gate)
        {
            if (deadline.LinkedTick != 0)
            {
                Unlink(deadline);
            }
        }
    }

    private long ToMilliseconds(long elapsed)
    {
        // In two steps: the product of a long uptime and 1000 would not fit.
        long seconds = elapsed / _timestampsPerSecond;
        return (seconds * 1000) + ((elapsed - (seconds * _timestampsPerSecond)) * 1000 / _timestampsPerSecond);
    }

    private void VisitSlot(int slot, long now)
    {
        Deadline? next = _slots[slot];
        while (next is { } deadline)
        {
            next = deadline.Next;
            Unlink(deadline);
            // A full fence between the mark and the time: Deadline.Set writes the time and then reads the mark.
            Interlocked.MemoryBarrier();
            long due = deadline.Due;
            if (due == Deadline.Off)
            {
                continue;
            }

            if (due <= now)
            {
                _due.Add(deadline);
            }
            else
            {
                Insert(deadline, SlotTickOf(due));
            }
        }
    }

    /// <summary>The tick during which <paramref name="due"/> passes, or as near to it as the wheel reaches.</summary>
    private long SlotTickOf(long due) =>
        Math.Clamp(TickOf(due), _visitedTick, _visitedTick + SlotCount - 1);

    private void Insert(Deadline deadline, long tick)
    {
        ref Deadline? head = ref _slots[(int)(tick % SlotCount)];
        deadline.Next = head;
        deadline.Previous = null;
        if (head is not null)
        {
            head.Previous = deadline;
        }

        head = deadline;
        deadline.LinkedTick = tick;
        Count++;
    }

    private void Unlink(Deadline deadline)
    {
        if (deadline.Previous is { } previous)
        {
            previous.Next = deadline.Next;
        }
        else
        {
            _slots[(int)(deadline.LinkedTick % SlotCount)] = deadline.Next;
        }

        if (deadline.Next is { } next)
        {
            next.Previous = deadline.Previous;
        }

        deadline.Next = deadline.Previous = null;
        deadline.LinkedTick = 0;
        Count--;
    }
}
