using System.Buffers;

namespace PipeProxy.Core.Routing;

/// <summary>
/// Percent-encoding, as rules see it. The path that is matched has every encoding undone but that of RFC 3986's
/// reserved characters and of <c>%</c> itself, as in Traefik v3: <c>/%61dmin</c> cannot walk around a rule for
/// <c>/admin</c>, while <c>%2F</c> stays a piece of a segment. What is forwarded is the path as it came.
/// </summary>
internal static class PercentCoding
{
    private static readonly SearchValues<byte> Reserved = SearchValues.Create(":/?#[]@!$&'()*+,;=%"u8);

    /// <summary>Writes the path that rules see. <paramref name="destination"/> is at least as long as the path.</summary>
    public static int DecodePath(ReadOnlySpan<byte> path, Span<byte> destination)
    {
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != '%' || !TryReadByte(path[i..], out var value))
            {
                destination[length++] = path[i];
            }
            else if (Reserved.Contains(value))
            {
                // Kept, with its digits in upper case: %2f and %2F are the same (RFC 3986, 6.2.2.1).
                destination[length++] = (byte)'%';
                destination[length++] = Upper(path[++i]);
                destination[length++] = Upper(path[++i]);
            }
            else
            {
                destination[length++] = value;
                i += 2;
            }
        }

        return length;
    }

    /// <summary>
    /// Undoes the encoding of a query's key or value, where <c>+</c> is a space. False where the encoding is broken:
    /// such a pair counts as not there. <paramref name="destination"/> is at least as long as the text.
    /// </summary>
    public static bool TryDecodeQuery(ReadOnlySpan<byte> text, Span<byte> destination, out int length)
    {
        length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!TryNext(text, ref i, out destination[length++]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True where a query's key or value, its encoding undone, is exactly <paramref name="expected"/>.</summary>
    public static bool QueryEquals(ReadOnlySpan<byte> text, ReadOnlySpan<byte> expected)
    {
        var matched = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (matched == expected.Length || !TryNext(text, ref i, out var value) || value != expected[matched++])
            {
                return false;
            }
        }

        return matched == expected.Length;
    }

    private static bool TryNext(ReadOnlySpan<byte> text, ref int i, out byte value)
    {
        value = text[i];
        if (value == '+')
        {
            value = (byte)' ';
        }
        else if (value == '%')
        {
            if (!TryReadByte(text[i..], out value))
            {
                return false;
            }

            i += 2;
        }

        return true;
    }

    private static bool TryReadByte(ReadOnlySpan<byte> escape, out byte value)
    {
        value = 0;
        if (escape.Length < 3 || !char.IsAsciiHexDigit((char)escape[1]) || !char.IsAsciiHexDigit((char)escape[2]))
        {
            return false;
        }

        value = (byte)((Digit(escape[1]) << 4) | Digit(escape[2]));
        return true;
    }

    private static int Digit(byte b) => b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10;

    private static byte Upper(byte b) => b >= 'a' ? (byte)(b & ~0x20) : b;
}
