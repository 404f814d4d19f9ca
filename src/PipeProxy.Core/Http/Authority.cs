using System.Net;

namespace PipeProxy.Core.Http;

/// <summary>
/// Checks <c>host [":" port]</c> (RFC 9110 section 7.2, RFC 3986 section 3.2), stricter than the grammar: a name is
/// made of unreserved characters alone (underscores are fine; percent-encoding and sub-delimiters have no place in a
/// name that is routed by), a port is 1 to 65535 in at most five digits.
/// </summary>
internal static class Authority
{
    /// <summary>True when it is valid and not empty; <paramref name="nameLength"/> is the length of the host without port.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> text, out int nameLength)
    {
        nameLength = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        nameLength = text[0] == '[' ? AddressLength(text) : NameLength(text);
        return nameLength > 0 && (nameLength == text.Length || IsPort(text[nameLength..]));
    }

    private static int NameLength(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAnyExcept(Grammar.HostName);
        return end < 0 ? text.Length : end;
    }

    /// <summary>The length of an IPv6 address in brackets, or 0. Zones are refused: they mean something here alone.</summary>
    private static int AddressLength(ReadOnlySpan<byte> text)
    {
        int close = text.IndexOf((byte)']');
        if (close < 0)
        {
            return 0;
        }

        ReadOnlySpan<byte> address = text[1..close];
        bool valid = address.Contains((byte)':') && !address.ContainsAny("%/["u8) && IPAddress.IsValidUtf8(address);
        return valid ? close + 1 : 0;
    }

    private static bool IsPort(ReadOnlySpan<byte> text)
    {
        if (text[0] != ':' || text.Length is < 2 or > 6)
        {
            return false;
        }

        int port = 0;
        foreach (byte digit in text[1..])
        {
            if (!Grammar.IsDigit(digit))
            {
                return false;
            }

            port = (port * 10) + (digit - '0');
        }

        return port is > 0 and <= ushort.MaxValue;
    }
}
