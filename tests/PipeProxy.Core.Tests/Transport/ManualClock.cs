namespace PipeProxy.Core.Tests.Transport;

/// <summary>A clock that a test moves. Thread-safe.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _microseconds;

    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp() => Volatile.Read(ref _microseconds);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp() * 10);

    public void Advance(double milliseconds) => Interlocked.Add(ref _microseconds, (long)(milliseconds * 1000));
}
