namespace PipeProxy.Core.Http;

/// <summary>The version in a start line (RFC 9112 section 2.3): case-sensitive, one digit on each side of the point.</summary>
internal static class HttpVersion
{
    /// <summary>Given as the minor version when the major version is well-formed and not 1.</summary>
    internal const int OtherMajor = -1;

    /// <summary>
    /// Reads <c>HTTP/1.x</c> at the start of <paramref name="text"/>, refusing a wrong byte as soon as it is there.
    /// Done: <paramref name="minor"/> is 0 or 1; every higher 1.x counts as 1.1.
    /// </summary>
    internal static HeadResult Read(ReadOnlySpan<byte> text, out int minor)
    {
        ReadOnlySpan<byte> pattern = "HTTP/1.1"u8;
        minor = 1;
        if (text.StartsWith(pattern))
        {
            return HeadResult.Done;
        }

        for (int i = 0; i < pattern.Length; i++)
        {
            if (i == text.Length)
            {
                return HeadResult.NeedMore;
            }

            bool right = i is 5 or 7 ? Grammar.IsDigit(text[i]) : text[i] == pattern[i];
            if (!right)
            {
                return HeadResult.Rejected;
            }
        }

        if (text[5] != '1')
        {
            minor = OtherMajor;
            return HeadResult.Rejected;
        }

        minor = text[7] == '0' ? 0 : 1;
        return HeadResult.Done;
    }
}
