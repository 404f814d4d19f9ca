namespace PipeProxy.Docker.Watch;

/// <summary>Pauses between attempts: 100 ms, doubling to 5 s, each shortened by up to half at random, for ever.</summary>
internal sealed class Backoff(Random random)
{
    private const double FirstMilliseconds = 100;
    private const double LastMilliseconds = 5000;
    private double _next = FirstMilliseconds;

    public TimeSpan Next()
    {
        var pause = _next * (0.5 + (random.NextDouble() / 2));
        _next = Math.Min(_next * 2, LastMilliseconds);
        return TimeSpan.FromMilliseconds(pause);
    }

    public void Reset() => _next = FirstMilliseconds;
}
