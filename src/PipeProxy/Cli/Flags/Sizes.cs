using System.Globalization;

namespace PipeProxy.Cli.Flags;

/// <summary>Sizes in bytes: <c>4096</c>, <c>8KiB</c>, <c>64MiB</c>, <c>1GiB</c>. Units are powers of 1024 (<c>K</c>, <c>KB</c> too).</summary>
internal static class Sizes
{
    /// <summary>A size between two bounds, in bytes, both included.</summary>
    public static ValueSyntax<long> Between(long least, long most) => new("SIZE", text => TryParse(text, out long value)
        ? value >= least && value <= most ? Reading<long>.Of(value) : Reading<long>.Wrong($"a size from {Show(least)} to {Show(most)}")
        : Reading<long>.Wrong("a size such as 4096, 8KiB or 64MiB"));

    /// <summary>A size in the largest unit that divides it.</summary>
    public static string Show(long bytes) => bytes switch
    {
        0 => "0",
        _ when bytes % (1L << 30) == 0 => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 30}GiB"),
        _ when bytes % (1L << 20) == 0 => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20}MiB"),
        _ when bytes % (1L << 10) == 0 => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 10}KiB"),
        _ => bytes.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Reads a size; false on anything else, an overflow included.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        int unitStart = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> digits = unitStart < 0 ? text : text.AsSpan(0, unitStart);
        int? shift = (unitStart < 0 ? "" : text[unitStart..].ToUpperInvariant()) switch
        {
            "" or "B" => 0,
            "K" or "KB" or "KIB" => 10,
            "M" or "MB" or "MIB" => 20,
            "G" or "GB" or "GIB" => 30,
            _ => null,
        };
        if (shift is null || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long value) || value > long.MaxValue >> shift.Value)
        {
            return false;
        }

        bytes = value << shift.Value;
        return true;
    }
}
