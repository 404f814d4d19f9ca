using PipeProxy.Core.Resilience;

namespace PipeProxy.Microbench.Resilience;

/// <summary>A backend under load on a clock that is moved by hand: latencies of 20 to 80 ms, and a tail.</summary>
internal sealed class BusyBackend : IWaitingAttempts
{
    private readonly Random _random = new(1);
    private readonly SteppedClock _clock = new();
    private readonly AttemptSample[] _samples;
    private readonly int _perCheck;
    private readonly int _waiting;

    public BusyBackend(int perSecond, int waiting)
    {
        _perCheck = perSecond / 10;
        _waiting = waiting;
        Statistics = new BackendStatistics(1, _clock) { Waiting = this };
        _samples = [.. Enumerable.Range(0, 4096).Select(_ => new AttemptSample(
            (long)(20_000 + (60_000 * _random.NextDouble()) + (_random.Next(20) == 0 ? 200_000 * _random.NextDouble() : 0)),
            _random.Next(50) == 0 ? 500 : 200,
            AttemptFailure.None))];
        for (int i = 0; i < 700; i++)
        {
            RecordAndStep();
            Statistics.Harvest(Now);
        }
    }

    public BackendStatistics Statistics { get; }

    public long Now => _clock.GetTimestamp();

    public bool Any => _waiting > 0;

    /// <summary>100 ms of its attempts.</summary>
    public void RecordAndStep()
    {
        for (int i = 0; i < _perCheck; i++)
        {
            Statistics.Record(0, 0, _samples[_random.Next(_samples.Length)]);
        }

        _clock.Step();
    }

    public void AddAges(long nowTimestamp, List<long> agesMicroseconds)
    {
        for (int i = 0; i < _waiting; i++)
        {
            agesMicroseconds.Add(i * 1_000);
        }
    }

    private sealed class SteppedClock : TimeProvider
    {
        private long _now = 1_000_000_000;

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => _now;

        public void Step() => _now += 100_000;
    }
}
