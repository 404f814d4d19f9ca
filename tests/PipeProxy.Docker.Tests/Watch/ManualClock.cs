namespace PipeProxy.Docker.Tests.Watch;

/// <summary>Time that passes when it is told to: at once, or as soon as somebody waits for it.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<Wish> _wishes = [];
    private DateTimeOffset _now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>
    /// Lets <paramref name="by"/> pass as soon as a timer runs that is due in more than <paramref name="least"/> and at most
    /// <paramref name="most"/>. Seeing the timer and passing are one step: whoever set it can't miss the time.
    /// </summary>
    public Task AdvanceWhenAwaitedAsync(TimeSpan least, TimeSpan most, TimeSpan by)
    {
        var wish = new Wish(least, most, by, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Run(() => _wishes.Add(wish));
        return wish.Done.Task;
    }

    public void Advance(TimeSpan by) => Run(() => _now += by);

    // Changes something, grants the wishes that can be, then fires what is due, outside the lock.
    private void Run(Action change)
    {
        List<ManualTimer> due = [];
        lock (_lock)
        {
            change();
            while (_wishes.Find(w => _timers.Exists(t => t.Due - _now > w.Least && t.Due - _now <= w.Most)) is { } granted)
            {
                _wishes.Remove(granted);
                _now += granted.By;
                Collect(due);
                granted.Done.SetResult();
            }

            Collect(due);
        }

        due.ForEach(static t => t.Fire());
    }

    private void Collect(List<ManualTimer> due)
    {
        due.AddRange(_timers.Where(t => t.Due <= _now));
        _timers.RemoveAll(t => t.Due <= _now);
    }

    private sealed record Wish(TimeSpan Least, TimeSpan Most, TimeSpan By, TaskCompletionSource Done);

    private sealed class ManualTimer(ManualClock clock, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Run(() =>
            {
                clock._timers.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = clock._now + dueTime;
                    clock._timers.Add(this);
                }
            });
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
