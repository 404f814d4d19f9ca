using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Tests.Transport;

public sealed class WorkerTimersTests
{
    private const int Tick = WorkerTimers.TickMilliseconds;
    private readonly ManualClock _clock = new();
    private readonly WorkerTimers _timers;
    private readonly List<long> _fired = [];

    public WorkerTimersTests() => _timers = new WorkerTimers(_clock);

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    [InlineData(17)]
    [InlineData(49.999)]
    public void Set_AnyTimeBeforeATick_FiresNeverEarlyAndAtMostOneTickLate(double phase)
    {
        for (int milliseconds = 1; milliseconds < 260; milliseconds++)
        {
            var clock = new ManualClock();
            var timers = new WorkerTimers(clock);
            bool fired = false;
            var deadline = new Deadline(timers, _ => fired = true, this);
            clock.Advance(500 + phase);
            timers.Tick();
            clock.Advance(milliseconds % Tick);
            double set = clock.GetTimestamp() / 1000.0;
            deadline.Set(milliseconds);
            double toTick = Tick - (milliseconds % Tick);
            for (int i = 0; !fired && i < 10; i++)
            {
                clock.Advance(i == 0 ? toTick : Tick);
                timers.Tick();
            }

            double elapsed = (clock.GetTimestamp() / 1000.0) - set;
            Assert.True(fired && elapsed >= milliseconds && elapsed <= milliseconds + Tick + 1, $"{milliseconds} ms fired after {elapsed}");
        }
    }

    [Fact]
    public void Tick_AtIrregularTimes_FiresInTheFirstTickAfterTheDeadline()
    {
        var random = new Random(7);
        for (int round = 0; round < 2000; round++)
        {
            Deadline deadline = New();
            long set = Now;
            int milliseconds = random.Next(1, 400);
            deadline.Set(milliseconds);
            _fired.Clear();
            while (_fired.Count == 0)
            {
                long before = Now;
                Assert.True(before < set + milliseconds, "a tick after the deadline did not fire it");
                _clock.Advance(random.Next(1, 2 * Tick));
                _timers.Tick();
            }

            Assert.True(Now >= set + milliseconds);
        }
    }

    [Fact]
    public void Set_FartherThanTheWheelReaches_FiresInTime()
    {
        Deadline deadline = New();
        const int Hour = 3_600_000;
        deadline.Set(Hour);
        while (Now < Hour - Tick)
        {
            Step();
            Assert.Empty(_fired);
        }

        Step();
        Assert.Equal([Hour], _fired);
    }

    [Fact]
    public void Tick_AfterALongGap_FiresWhatIsDueAndKeepsTheRest()
    {
        Deadline soon = New();
        Deadline late = New();
        soon.Set(1000);
        late.Set(10_000_000);
        _clock.Advance(9_999_999);
        _timers.Tick();
        Assert.Equal([9_999_999], _fired);
        Step();
        Assert.Equal(2, _fired.Count);
    }

    [Fact]
    public void Set_MovedLater_FiresOnceAtTheLaterTime()
    {
        Deadline deadline = New();
        deadline.Set(100);
        Step();
        deadline.Set(1000);
        StepTo(3000);
        Assert.Equal([1050], _fired);
    }

    [Fact]
    public void Set_MovedEarlier_FiresOnceAtTheEarlierTime()
    {
        Deadline deadline = New();
        deadline.Set(100_000);
        Step();
        deadline.Set(100);
        StepTo(150);
        Assert.Equal([150], _fired);
        StepTo(110_000);
        Assert.Single(_fired);
    }

    [Fact]
    public void Set_EarlierWithinTheSameTick_FiresInThatTick()
    {
        Deadline deadline = New();
        deadline.Set(149);
        deadline.Set(101);
        StepTo(100);
        Assert.Empty(_fired);
        Step();
        Assert.Equal([150], _fired);
    }

    [Fact]
    public void Clear_Set_NeverFires()
    {
        Deadline deadline = New();
        deadline.Set(100);
        deadline.Clear();
        StepTo(1000);
        Assert.Empty(_fired);
        Assert.Equal(0, _timers.Count);
    }

    [Fact]
    public void Set_AfterClearWhileStillLinked_Fires()
    {
        Deadline deadline = New();
        deadline.Set(100);
        deadline.Clear();
        deadline.Set(100);
        StepTo(1000);
        Assert.Equal([100], _fired);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void Set_ZeroOrLess_TurnsItOff(int milliseconds)
    {
        Deadline deadline = New();
        deadline.Set(100);
        deadline.Set(milliseconds);
        Assert.Equal(Deadline.Off, deadline.Due);
        StepTo(1000);
        Assert.Empty(_fired);
    }

    [Fact]
    public void Set_InItsOwnCallback_FiresAgain()
    {
        Deadline? deadline = null;
        int count = 0;
        deadline = new Deadline(_timers, _ =>
        {
            if (++count < 5)
            {
                deadline!.Set(100);
            }
        }, this);
        deadline.Set(100);
        StepTo(5000);
        Assert.Equal(5, count);
    }

    [Fact]
    public void Clear_InTheCallbackOfAnotherDueDeadline_HoldsItBack()
    {
        // Whichever of the two is first clears the other.
        int count = 0;
        Deadline? first = null;
        Deadline? second = null;
        first = new Deadline(_timers, _ => { count++; second!.Clear(); }, this);
        second = new Deadline(_timers, _ => { count++; first!.Clear(); }, this);
        first.Set(100);
        second.Set(100);
        StepTo(1000);
        Assert.Equal(1, count);
    }

    [Fact]
    public void Remove_Set_LeavesTheWheelEmpty()
    {
        Deadline[] all = [.. Enumerable.Range(0, 9).Select(_ => New())];
        foreach (Deadline deadline in all)
        {
            deadline.Set(200);
        }

        Assert.Equal(9, _timers.Count);
        foreach (int i in new[] { 4, 0, 8, 3, 5, 1, 7, 2, 6 })
        {
            all[i].Remove();
        }

        Assert.Equal(0, _timers.Count);
        StepTo(1000);
        Assert.Empty(_fired);
    }

    [Fact]
    public void Set_MovedLaterAMillionTimes_StaysOneEntry()
    {
        Deadline deadline = New();
        for (int i = 0; i < 1_000_000; i++)
        {
            deadline.Set(60_000);
        }

        Assert.Equal(1, _timers.Count);
    }

    [Fact]
    public void Set_Warm_AllocatesNothing()
    {
        Deadline deadline = New();
        deadline.Set(60_000);
        Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            deadline.Set(60_000);
            deadline.Clear();
            deadline.Set(30_000);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void RandomOperations_ComparedWithAModel_FireExactlyWhenDue()
    {
        var random = new Random(20260417);
        const int Count = 200;
        long[] due = new long[Count];
        Array.Fill(due, Deadline.Off);
        var fired = new HashSet<int>();
        Deadline[] deadlines = [.. Enumerable.Range(0, Count).Select(i => new Deadline(_timers, o => fired.Add((int)o), i))];
        for (int step = 0; step < 20_000; step++)
        {
            for (int k = 0; k < 5; k++)
            {
                int i = random.Next(Count);
                switch (random.Next(8))
                {
                    case 0:
                        deadlines[i].Clear();
                        due[i] = Deadline.Off;
                        break;
                    case 1:
                        deadlines[i].Remove();
                        due[i] = Deadline.Off;
                        break;
                    default:
                        int milliseconds = random.Next(5) == 0 ? random.Next(1, 300_000) : random.Next(1, 2000);
                        deadlines[i].Set(milliseconds);
                        due[i] = Now + milliseconds;
                        break;
                }
            }

            _clock.Advance(random.Next(1000) == 0 ? random.Next(200_000) : random.Next(1, 80));
            fired.Clear();
            _timers.Tick();
            int[] expected = [.. Enumerable.Range(0, Count).Where(i => due[i] <= Now)];
            Assert.Equal(expected, fired.Order());
            foreach (int i in expected)
            {
                due[i] = Deadline.Off;
                Assert.Equal(Deadline.Off, deadlines[i].Due);
            }
        }
    }

    [Fact]
    public async Task SetClearTick_OnRacingThreads_LoseNoDeadline()
    {
        // Owners set, move and clear as fast as they can while the wheel turns; whatever an owner has set last and
        // not cleared must fire, and nothing else may stay.
        const int Owners = 3;
        const int PerOwner = 40;
        bool stop = false;
        int[] fired = new int[Owners * PerOwner];
        Deadline[] deadlines =
        [
            .. Enumerable.Range(0, fired.Length)
                .Select(i => new Deadline(_timers, o => Interlocked.Increment(ref fired[(int)o]), i)),
        ];
        var ticker = Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref stop))
                {
                    _clock.Advance(Tick / 2);
                    _timers.Tick();
                }
            },
            TaskCreationOptions.LongRunning);
        Task[] owners =
        [
            .. Enumerable.Range(0, Owners).Select(owner => Task.Factory.StartNew(
                () =>
                {
                    var random = new Random(owner);
                    for (int round = 0; round < 30_000; round++)
                    {
                        Deadline deadline = deadlines[(owner * PerOwner) + random.Next(PerOwner)];
                        switch (random.Next(10))
                        {
                            case 0:
                                deadline.Clear();
                                break;
                            case 1:
                                deadline.Remove();
                                break;
                            default:
                                deadline.Set(random.Next(1, 300));
                                break;
                        }
                    }
                },
                TaskCreationOptions.LongRunning)),
        ];
        await Task.WhenAll(owners);
        Volatile.Write(ref stop, true);
        await ticker;
        Array.Clear(fired);
        bool[] armed = [.. deadlines.Select(d => d.Due != Deadline.Off)];
        StepTo(Now + 1000);
        for (int i = 0; i < fired.Length; i++)
        {
            Assert.Equal(armed[i] ? 1 : 0, fired[i]);
        }

        Assert.Equal(0, _timers.Count);
    }

    [Fact]
    public async Task Set_RacingWithTheVisitThatEmptiesItsSlot_IsNotLost()
    {
        // The narrowest race: one deadline, moved at the very moment when its slot is visited. The two threads start
        // each round together and a little shifted, so that every interleaving of the few writes comes up.
        int fired = 0;
        var deadline = new Deadline(_timers, _ => Interlocked.Increment(ref fired), this);
        int round = 0;
        int ticked = 0;
        const int Rounds = 100_000;
        var ticker = Task.Factory.StartNew(
            () =>
            {
                for (int i = 1; i <= Rounds; i++)
                {
                    Await(ref round, i);
                    Thread.SpinWait(i % 37);
                    _timers.Tick();
                    Volatile.Write(ref ticked, i);
                }
            },
            TaskCreationOptions.LongRunning);
        int lost = 0;
        for (int i = 1; i <= Rounds; i++)
        {
            deadline.Clear();
            _clock.Advance(3 * Tick);
            Volatile.Write(ref round, i);
            Thread.SpinWait(i % 31);
            deadline.Set(3 * Tick);
            Await(ref ticked, i);
            lost += _timers.Count == 1 ? 0 : 1;
        }

        await ticker;
        Assert.Equal(0, lost);
        Assert.Equal(0, fired);

        static void Await(ref int value, int wanted)
        {
            var wait = new SpinWait();
            while (Volatile.Read(ref value) != wanted)
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }
        }
    }

    private long Now => _timers.ReadClock();

    private Deadline New() => new(_timers, _ => _fired.Add(_timers.NowMilliseconds), this);

    private void Step()
    {
        _clock.Advance(Tick);
        _timers.Tick();
    }

    private void StepTo(long milliseconds)
    {
        while (Now < milliseconds)
        {
            Step();
        }
    }
}
