using System.Buffers;
using System.Globalization;

namespace PipeProxy.Cli.Flags;

/// <summary>
/// Durations in Go's form, as Traefik reads them: <c>500ms</c>, <c>10s</c>, <c>1m30s</c>, <c>1.5h</c>; a bare whole
/// number is seconds.
/// </summary>
internal static class Durations
{
    /// <summary>The longest duration taken, 24 days: timers count milliseconds in 31 bits.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private const decimal TicksPerSecond = TimeSpan.TicksPerSecond;

    /// <summary>A duration of at least a millisecond.</summary>
    public static readonly ValueSyntax<TimeSpan> Positive = new("DURATION", static text => Read(text, zeroAllowed: false));

    /// <summary>A duration; zero has a meaning of its own.</summary>
    public static readonly ValueSyntax<TimeSpan> OrZero = new("DURATION", static text => Read(text, zeroAllowed: true));

    private static Reading<TimeSpan> Read(string text, bool zeroAllowed)
    {
        if (!TryParse(text, out TimeSpan value))
        {
            return Reading<TimeSpan>.Wrong("a duration such as 500ms, 10s, 1m30s or 1h (a bare number is seconds)");
        }

        if (value > Longest)
        {
            return Reading<TimeSpan>.Wrong("a duration of at most 576h");
        }

        // Below the resolution of every timer: most likely a wrong unit, and never what "0" says.
        if (value < TimeSpan.FromMilliseconds(1) && !(zeroAllowed && value == TimeSpan.Zero))
        {
            return Reading<TimeSpan>.Wrong(zeroAllowed ? "0, or a duration of at least 1ms" : "a duration of at least 1ms");
        }

        return Reading<TimeSpan>.Of(value);
    }

    /// <summary>Reads Go's form or bare seconds; false on anything else, a sign included.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        value = default;
        if (text.IsEmpty)
        {
            return false;
        }

        if (text.IndexOfAnyExceptInRange('0', '9') < 0)
        {
            return TryAdd(0, text, TicksPerSecond, out decimal seconds) && TryTake(seconds, out value);
        }

        decimal ticks = 0;
        while (!text.IsEmpty)
        {
            int unitStart = text.IndexOfAnyExcept(NumberCharacters);
            if (unitStart <= 0)
            {
                return false;
            }

            ReadOnlySpan<char> rest = text[unitStart..];
            int unitLength = rest.IndexOfAny(NumberCharacters);
            unitLength = unitLength < 0 ? rest.Length : unitLength;
            if (UnitOf(rest[..unitLength]) is not { } unit || !TryAdd(ticks, text[..unitStart], unit, out ticks))
            {
                return false;
            }

            text = rest[unitLength..];
        }

        return TryTake(ticks, out value);
    }

    private static decimal? UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => TicksPerSecond / 1_000_000_000,
        "us" or "\u00b5s" or "\u03bcs" => TicksPerSecond / 1_000_000,
        "ms" => TicksPerSecond / 1_000,
        "s" => TicksPerSecond,
        "m" => TicksPerSecond * 60,
        "h" => TicksPerSecond * 3600,
        _ => null,
    };

    private static bool TryAdd(decimal ticks, ReadOnlySpan<char> number, decimal unit, out decimal sum)
    {
        sum = ticks;
        if (number.Length > 18 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value))
        {
            return false;
        }

        sum = ticks + (value * unit);
        return true;
    }

    private static bool TryTake(decimal ticks, out TimeSpan value)
    {
        value = default;
        if (ticks > long.MaxValue)
        {
            return false;
        }

        value = TimeSpan.FromTicks((long)ticks);
        return true;
    }
}
