using System.Globalization;

namespace PipeProxy.Docker.Engine;

/// <summary>Signals as images and events write them: <c>15</c>, <c>TERM</c>, <c>SIGTERM</c>, <c>SIGRTMIN+3</c>; numbers as Linux has them (signal(7), x86 and ARM).</summary>
internal static class StopSignal
{
    private const int Kill = 9;
    private const int Term = 15;

    // glibc keeps the first two real-time signals for itself; the engine counts from 34 as well.
    private const int RealTimeFirst = 34;
    private const int RealTimeLast = 64;

    // In the order of their numbers, from 1.
    private static readonly string[] _names =
        ("HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM "
        + "PROF WINCH IO PWR SYS").Split(' ');

    /// <summary>The signal sent ends the container: it is the one it stops by, or SIGKILL.</summary>
    /// <param name="sent">As the event says.</param>
    /// <param name="stopSignal">As the container's configuration says; empty = SIGTERM.</param>
    public static bool Ends(string sent, string stopSignal)
    {
        var number = Number(sent);
        return number == Kill || (number > 0 && number == (string.IsNullOrWhiteSpace(stopSignal) ? Term : Number(stopSignal)));
    }

    /// <summary>The signal's number, 0 where it is none.</summary>
    public static int Number(string text)
    {
        var name = text.AsSpan().Trim();
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number is > 0 and <= RealTimeLast ? number : 0;
        }

        if (name.StartsWith("SIG", StringComparison.OrdinalIgnoreCase))
        {
            name = name[3..];
        }

        if (name.StartsWith("RTMIN", StringComparison.OrdinalIgnoreCase))
        {
            return Offset(name[5..], '+') is { } up && RealTimeFirst + up <= RealTimeLast ? RealTimeFirst + up : 0;
        }

        if (name.StartsWith("RTMAX", StringComparison.OrdinalIgnoreCase))
        {
            return Offset(name[5..], '-') is { } down && RealTimeLast - down >= RealTimeFirst ? RealTimeLast - down : 0;
        }

        var upper = name.ToString().ToUpperInvariant();
        return upper switch { "IOT" => 6, "CLD" => 17, "POLL" => 29, "UNUSED" => 31, _ => Array.IndexOf(_names, upper) + 1 };
    }

    private static int? Offset(ReadOnlySpan<char> rest, char sign)
    {
        if (rest.IsEmpty)
        {
            return 0;
        }

        return rest[0] == sign && int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var offset) && offset <= RealTimeLast ? offset : null;
    }
}
