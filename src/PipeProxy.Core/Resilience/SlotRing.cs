using System.Runtime.InteropServices;

namespace PipeProxy.Core.Resilience;

/// <summary>
/// What was counted, in slots of equal width of time, as many as are kept. A slot that has become too old is emptied when
/// its place is needed: who counts nothing costs nothing. One writer; nobody reads meanwhile.
/// </summary>
internal sealed class SlotRing(TimeSpan width, int count)
{
    private readonly Slot?[] _slots = new Slot?[count];

    /// <summary>Width of a slot.</summary>
    public TimeSpan Width => width;

    /// <summary>Counts <paramref name="values"/>, which are in the order of their counters, at <paramref name="now"/>.</summary>
    public void Add(TimeSpan now, ReadOnlySpan<CounterValue> values)
    {
        long number = now.Ticks / width.Ticks;
        ref Slot? slot = ref _slots[number % count];
        slot ??= new Slot();
        if (slot.Number != number)
        {
            slot.Begin(number);
        }

        slot.Add(values);
    }

    /// <summary>The slot that is <paramref name="age"/> (0 = the current one) slots back; null where nothing was counted in it.</summary>
    public Slot? SlotAt(TimeSpan now, int age)
    {
        long number = (now.Ticks / width.Ticks) - age;
        return number >= 0 && _slots[number % count] is { } slot && slot.Number == number ? slot : null;
    }

    /// <summary>What was counted in one slot: only counters that are not 0, in their order.</summary>
    internal sealed class Slot
    {
        private CounterValue[] _values = [];
        private int _length;

        public long Number { get; private set; } = -1;

        public WindowTotals Totals { get; private set; }

        public ReadOnlySpan<CounterValue> Values => _values.AsSpan(0, _length);

        public void Begin(long number)
        {
            Number = number;
            Totals = default;
            _length = 0;
        }

        public void Add(ReadOnlySpan<CounterValue> added)
        {
            WindowTotals totals = Totals;
            foreach (CounterValue one in added)
            {
                totals = totals.With(one);
            }

            Totals = totals;
            Merge(added);
        }

        // Both are in order; from the end on, so that it needs no second array.
        private void Merge(ReadOnlySpan<CounterValue> added)
        {
            int length = _length + CountNew(added);
            if (length > _values.Length)
            {
                Array.Resize(ref _values, Math.Max(length, _values.Length * 2));
            }

            int mine = _length - 1;
            int theirs = added.Length - 1;
            for (int to = length - 1; theirs >= 0; to--)
            {
                if (mine >= 0 && _values[mine].Counter > added[theirs].Counter)
                {
                    _values[to] = _values[mine--];
                }
                else if (mine >= 0 && _values[mine].Counter == added[theirs].Counter)
                {
                    _values[to] = added[theirs] with { Value = _values[mine--].Value + added[theirs--].Value };
                }
                else
                {
                    _values[to] = added[theirs--];
                }
            }

            _length = length;
        }

        private int CountNew(ReadOnlySpan<CounterValue> added)
        {
            int found = 0;
            int i = 0;
            foreach (CounterValue one in added)
            {
                while (i < _length && _values[i].Counter < one.Counter)
                {
                    i++;
                }

                if (i < _length && _values[i].Counter == one.Counter)
                {
                    found++;
                }
            }

            return added.Length - found;
        }
    }
}

/// <summary>Sums over a window.</summary>
/// <param name="Finished">Attempts that ended.</param>
/// <param name="NetworkErrors">Network errors; a cut body can make them one more than the attempts.</param>
/// <param name="Latencies">Attempts with a latency.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WindowTotals(int Finished, int NetworkErrors, int Latencies)
{
    /// <summary>These and one counter more.</summary>
    public WindowTotals With(CounterValue one) => one.Counter >= AttemptCounters.FirstLatency
        ? this with { Latencies = Latencies + one.Value }
        : new WindowTotals(
            one.Counter == AttemptCounters.CutBody ? Finished : Finished + one.Value,
            AttemptCounters.IsNetworkError(one.Counter) ? NetworkErrors + one.Value : NetworkErrors,
            Latencies);

    /// <summary>Both together.</summary>
    public static WindowTotals operator +(WindowTotals a, WindowTotals b) =>
        new(a.Finished + b.Finished, a.NetworkErrors + b.NetworkErrors, a.Latencies + b.Latencies);
}
