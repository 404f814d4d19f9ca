using System.Globalization;

namespace PipeProxy.Core.Http;

/// <summary>
/// The value of a Date field for now (IMF-fixdate, RFC 9110 section 5.6.7). Made once a second; readers of any thread
/// take it without a lock.
/// </summary>
internal sealed class DateField(TimeProvider clock)
{
    private Stamp _current = new(long.MinValue, []);

    /// <summary>29 bytes of ASCII. The bytes never change: a new second makes new ones.</summary>
    internal ReadOnlySpan<byte> Now
    {
        get
        {
            long second = clock.GetUtcNow().UtcTicks / TimeSpan.TicksPerSecond;
            Stamp current = Volatile.Read(ref _current);
            return current.Second == second ? current.Text : Renew(second);
        }
    }

    private byte[] Renew(long second)
    {
        byte[] text = new byte[29];
        DateTime time = new(second * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
        time.TryFormat(text, out _, "r", CultureInfo.InvariantCulture);
        // Two threads may both make it: they make the same.
        Volatile.Write(ref _current, new Stamp(second, text));
        return text;
    }

    private sealed record Stamp(long Second, byte[] Text);
}
