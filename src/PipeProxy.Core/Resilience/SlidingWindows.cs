using System.Collections.Immutable;

namespace PipeProxy.Core.Resilience;

/// <summary>How far back is looked, and in which slots.</summary>
/// <param name="Length">How far.</param>
/// <param name="Ring">Which ring's slots.</param>
/// <param name="Slots">How many of them; the window's far edge is off by less than one.</param>
internal readonly record struct Window(TimeSpan Length, int Ring, int Slots);

/// <summary>
/// What was counted over the last 0.5, 1, 2, 5, 10 and 60 s. Every count is in one slot of each ring (100 ms, 0.5 s, 5 s
/// wide), and a window is some slots of one of them. One writer; nobody reads meanwhile.
/// </summary>
internal sealed class SlidingWindows
{
    private static readonly ImmutableArray<(TimeSpan Width, int Count)> Shapes =
        [(TimeSpan.FromMilliseconds(100), 10), (TimeSpan.FromMilliseconds(500), 20), (TimeSpan.FromSeconds(5), 12)];

    private readonly SlotRing[] _rings = [.. Shapes.Select(static s => new SlotRing(s.Width, s.Count))];

    /// <summary>From the shortest to the longest.</summary>
    public static ImmutableArray<Window> All { get; } = [.. new[] { 0.5, 1, 2, 5, 10, 60 }.Select(static s => Of(TimeSpan.FromSeconds(s)))];

    /// <summary>The last 10 s.</summary>
    public static Window TenSeconds { get; } = Of(TimeSpan.FromSeconds(10));

    /// <summary>The window of that length, in the narrowest slots that reach so far; 60 s where it is longer.</summary>
    public static Window Of(TimeSpan length)
    {
        for (int ring = 0; ring < Shapes.Length; ring++)
        {
            (TimeSpan width, int count) = Shapes[ring];
            if (length <= width * count)
            {
                return new Window(length, ring, (int)Math.Max(1, Math.Ceiling(length / width)));
            }
        }

        return Of(Shapes[^1].Width * Shapes[^1].Count);
    }

    /// <summary>Counts <paramref name="values"/>, which are in the order of their counters.</summary>
    public void Add(TimeSpan now, ReadOnlySpan<CounterValue> values)
    {
        foreach (SlotRing ring in _rings)
        {
            ring.Add(now, values);
        }
    }

    /// <summary>The sums over a window.</summary>
    public WindowTotals TotalsOf(Window window, TimeSpan now)
    {
        WindowTotals totals = default;
        for (int age = 0; age < window.Slots; age++)
        {
            if (_rings[window.Ring].SlotAt(now, age) is { } slot)
            {
                totals += slot.Totals;
            }
        }

        return totals;
    }

    /// <summary>Adds the latencies within a window to <paramref name="histogram"/>.</summary>
    public void AddLatencies(Window window, TimeSpan now, LatencyHistogram histogram)
    {
        for (int age = 0; age < window.Slots; age++)
        {
            ReadOnlySpan<CounterValue> values = _rings[window.Ring].SlotAt(now, age) is { } slot ? slot.Values : [];
            for (int i = values.Length - 1; i >= 0 && values[i].Counter >= AttemptCounters.FirstLatency; i--)
            {
                histogram.Add(values[i].Counter - AttemptCounters.FirstLatency, values[i].Value);
            }
        }
    }

    /// <summary>Answers within a window whose status is in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public int CountStatuses(Window window, TimeSpan now, int from, int to)
    {
        int first = AttemptCounters.FirstCounterFrom(from);
        int end = AttemptCounters.FirstCounterFrom(to);
        int sum = 0;
        for (int age = 0; age < window.Slots; age++)
        {
            foreach (CounterValue one in _rings[window.Ring].SlotAt(now, age) is { } slot ? slot.Values : [])
            {
                sum += one.Counter >= first && one.Counter < end ? one.Value : 0;
            }
        }

        return sum;
    }
}
