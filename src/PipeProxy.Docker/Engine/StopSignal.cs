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

    private static readonly Dictionary<string, int> _numbers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["HUP"] = 1, ["INT"] = 2, ["QUIT"] = 3, ["ILL"] = 4, ["TRAP"] = 5, ["ABRT"] = 6, ["IOT"] = 6, ["BUS"] = 7, ["FPE"] = 8, ["KILL"] = Kill,
        ["USR1"] = 10, ["SEGV"] = 11, ["USR2"] = 12, ["PIPE"] = 13, ["ALRM"] = 14, ["TERM"] = Term, ["STKFLT"] = 16, ["CHLD"] = 17, ["CLD"] = 17,
        ["CONT"] = 18, ["STOP"] = 19, ["TSTP"] = 20, ["TTIN"] = 21, ["TTOU"] = 22, ["URG"] = 23, ["XCPU"] = 24, ["XFSZ"] = 25, ["VTALRM"] = 26,
        ["PROF"] = 27, ["WINCH"] = 28, ["IO"] = 29, ["POLL"] = 29, ["PWR"] = 30, ["SYS"] = 31, ["UNUSED"] = 31,
    };

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

        return _numbers.GetValueOrDefault(name.ToString());
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
