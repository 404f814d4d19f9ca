namespace PipeProxy.Admin.Tests;

/// <summary>It is always the same moment.</summary>
internal sealed class FixedClock : TimeProvider
{
    public static DateTimeOffset Now { get; } = new(2026, 3, 1, 12, 30, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
