namespace PipeProxy.Core.Http;

/// <summary>
/// What a path must not have, because a backend may read it as another path than the one that was routed: dot segments
/// in any spelling, backslashes, NUL, broken percent-encoding. Nothing is normalised (RFC 3986 section 6.2.2 is for
/// comparing, not for forwarding).
/// </summary>
internal static class PathRules
{
    /// <summary>Null when the path may be forwarded as it is.</summary>
    internal static HttpRejection? Check(ReadOnlySpan<byte> path)
    {
        // Nearly every path has none of these: no percent sign, no backslash, no segment that begins with a dot.
        if (!path.ContainsAny((byte)'%', (byte)'\\') && path.IndexOf("/."u8) < 0)
        {
            return null;
        }

        // Of the segment being read: how many bytes it has when decoded, and whether all of them are dots.
        int length = 0;
        bool dots = true;
        for (int i = 0; i < path.Length; i++)
        {
            int octet = path[i];
            if (octet == '%')
            {
                octet = Decode(path[i..]);
                if (octet < 0)
                {
                    return new HttpRejection(400, "The path has a percent sign without two hexadecimal digits.");
                }

                i += 2;
            }

            if (octet is '\\' or 0)
            {
                return new HttpRejection(400, "The path has a backslash or a NUL, plain or encoded.");
            }

            // An encoded slash ends a segment here too: some backends decode it before they resolve dots.
            if (octet == '/')
            {
                if (IsDotSegment(length, dots))
                {
                    return DotSegment;
                }

                length = 0;
                dots = true;
                continue;
            }

            length++;
            dots &= octet == '.';
        }

        return IsDotSegment(length, dots) ? DotSegment : null;
    }

    private static HttpRejection DotSegment => new(400, "The path has a dot segment.");

    private static bool IsDotSegment(int length, bool dots) => dots && length is (1 or 2);

    private static int Decode(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3)
        {
            return -1;
        }

        int high = Grammar.HexValue(text[1]);
        int low = Grammar.HexValue(text[2]);
        return (high | low) < 0 ? -1 : (high << 4) | low;
    }
}
