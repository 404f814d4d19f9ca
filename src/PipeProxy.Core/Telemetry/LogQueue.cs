using System.Numerics;

namespace PipeProxy.Core.Telemetry;

/// <summary>
/// Bounded queue of many writers and one reader, without a lock: each slot carries the number of the turn it is ready
/// for (Vyukov's bounded queue). A full queue refuses; nobody ever waits.
/// </summary>
internal sealed class LogQueue
{
    private readonly Slot[] _slots;
    private readonly int _mask;
    private long _tail;
    private long _head;

    /// <summary>Room for <paramref name="capacity"/> entries, rounded up to a power of two.</summary>
    public LogQueue(int capacity)
    {
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, capacity))];
        _mask = _slots.Length - 1;
        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i].Turn = i;
        }
    }

    /// <summary>Nothing is ready to be read. Reader only.</summary>
    public bool IsEmpty => Volatile.Read(ref _slots[(int)_head & _mask].Turn) != _head + 1;

    /// <summary>False when full. Any thread.</summary>
    public bool TryEnqueue(in LogEntry entry)
    {
        while (true)
        {
            long tail = Volatile.Read(ref _tail);
            ref Slot slot = ref _slots[(int)tail & _mask];
            long turn = Volatile.Read(ref slot.Turn);
            if (turn < tail)
            {
                return false;
            }

            if (turn == tail && Interlocked.CompareExchange(ref _tail, tail + 1, tail) == tail)
            {
                slot.Entry = entry;
                Volatile.Write(ref slot.Turn, tail + 1);
                return true;
            }
        }
    }

    /// <summary>The oldest entry; false when there is none. Reader only.</summary>
    public bool TryDequeue(out LogEntry entry)
    {
        ref Slot slot = ref _slots[(int)_head & _mask];
        if (Volatile.Read(ref slot.Turn) != _head + 1)
        {
            entry = default;
            return false;
        }

        entry = slot.Entry;
        slot.Entry = default;
        Volatile.Write(ref slot.Turn, _head + _slots.Length);
        _head++;
        return true;
    }

    private struct Slot
    {
        public long Turn;
        public LogEntry Entry;
    }
}
