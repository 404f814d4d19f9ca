namespace PipeProxy.Core.Http;

/// <summary>
/// How the body of a message ends, by Transfer-Encoding and Content-Length (RFC 9112 section 6). What two readers
/// could understand differently is refused.
/// </summary>
internal static class FramingRules
{
    private static readonly ulong Fields = KnownFields.Bit(KnownField.TransferEncoding) | KnownFields.Bit(KnownField.ContentLength);

    /// <summary>What may become ten times as large and still fit in 63 bits.</summary>
    private const long LargestTenth = long.MaxValue / 10;

    private enum Coding : byte
    {
        Chunked,
        Malformed,
        Unknown,
    }

    /// <summary>Settles <see cref="RequestHead.BodyKind"/> and <see cref="RequestHead.ContentLength"/>; null when all is well.</summary>
    internal static HttpRejection? Apply(RequestHead head)
    {
        if ((head.Present & Fields) == 0)
        {
            head.BodyKind = BodyKind.None;
            return null;
        }

        if (head.Has(KnownField.TransferEncoding))
        {
            if (head.Has(KnownField.ContentLength))
            {
                return new HttpRejection(400, "Content-Length and Transfer-Encoding are both there.");
            }

            if (head.MinorVersion == 0)
            {
                return new HttpRejection(400, "An HTTP/1.0 request has a Transfer-Encoding.");
            }

            head.BodyKind = BodyKind.Chunked;
            return ReadCodings(head) switch
            {
                Coding.Chunked => RefuseContent(head),
                Coding.Unknown => new HttpRejection(501, "The transfer coding is not chunked."),
                _ => new HttpRejection(400, "Transfer-Encoding is not exactly one chunked."),
            };
        }

        int line = head.Find(KnownField.ContentLength);
        if (head.Find(KnownField.ContentLength, line + 1) >= 0)
        {
            return new HttpRejection(400, "There is more than one Content-Length field.");
        }

        if (!TryReadLength(head.ValueOf(line), out long length))
        {
            return new HttpRejection(400, "Content-Length is no decimal number that fits in 63 bits.");
        }

        head.BodyKind = BodyKind.Length;
        head.ContentLength = length;
        return length > 0 ? RefuseContent(head) : null;
    }

    /// <summary>Settles the same of a response; every fault is a 502.</summary>
    internal static HttpRejection? Apply(ResponseHead head, HttpMethod requestMethod)
    {
        bool bodiless = requestMethod == HttpMethod.Head || head.Status is < 200 or 204 or 304;
        bool coded = head.Has(KnownField.TransferEncoding);
        bool hasLength = head.Has(KnownField.ContentLength);
        if (!bodiless && coded)
        {
            head.BodyKind = BodyKind.Chunked;
            return hasLength ? Bad("The backend sent Content-Length and Transfer-Encoding.")
                : head.MinorVersion == 0 ? Bad("The backend sent a Transfer-Encoding with HTTP/1.0.")
                : ReadCodings(head) != Coding.Chunked ? Bad("The backend's Transfer-Encoding is not exactly one chunked.")
                : null;
        }

        head.BodyKind = bodiless ? BodyKind.None : BodyKind.UntilClose;
        if (!hasLength)
        {
            return null;
        }

        if (!TryCollapseLength(head, out long length))
        {
            return Bad("The backend's Content-Length is no decimal number that fits in 63 bits, or there are several.");
        }

        head.ContentLength = length;
        if (!bodiless)
        {
            head.BodyKind = BodyKind.Length;
        }
        else if (coded || head.Status is < 200 or 204)
        {
            // A length that is overridden, or has no place there, is not passed on.
            head.RemoveAll(KnownField.ContentLength);
            head.ContentLength = 0;
        }

        return null;
    }

    /// <summary>TRACE has no content (RFC 9110 section 9.3.8): a backend may take it for a further request.</summary>
    private static HttpRejection? RefuseContent(RequestHead head) =>
        head.Method == HttpMethod.Trace ? new HttpRejection(400, "A TRACE request has content.") : null;

    /// <summary>1*DIGIT that fits in 63 bits, nothing else.</summary>
    internal static bool TryReadLength(ReadOnlySpan<byte> text, out long length)
    {
        length = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        foreach (byte digit in text)
        {
            int value = digit - '0';
            if ((uint)value > 9 || length > LargestTenth || (length == LargestTenth && value > long.MaxValue % 10))
            {
                return false;
            }

            length = (length * 10) + value;
        }

        return true;
    }

    /// <summary>Equal values, on several lines or in a list, become one line (RFC 9110 section 8.6).</summary>
    private static bool TryCollapseLength(ResponseHead head, out long length)
    {
        length = -1;
        int values = 0;
        for (int i = head.Find(KnownField.ContentLength); i >= 0; i = head.Find(KnownField.ContentLength, i + 1))
        {
            foreach (ReadOnlySpan<byte> element in new ListElements(head.ValueOf(i)))
            {
                if (!TryReadLength(element, out long value) || (values > 0 && value != length))
                {
                    return false;
                }

                length = value;
                values++;
            }
        }

        if (values > 1)
        {
            Span<byte> digits = stackalloc byte[20];
            length.TryFormat(digits, out int written, default, System.Globalization.CultureInfo.InvariantCulture);
            head.Set(KnownField.ContentLength, digits[..written]);
        }

        return true;
    }

    private static Coding ReadCodings(MessageHead head)
    {
        bool chunked = false;
        bool unknown = false;
        for (int i = head.Find(KnownField.TransferEncoding); i >= 0; i = head.Find(KnownField.TransferEncoding, i + 1))
        {
            foreach (ReadOnlySpan<byte> element in new ListElements(head.ValueOf(i)))
            {
                int nameEnd = element.IndexOfAnyExcept(Grammar.Token);
                ReadOnlySpan<byte> name = nameEnd < 0 ? element : element[..nameEnd];
                bool parameters = nameEnd >= 0 && Grammar.Trim(element[nameEnd..]) is [(byte)';', ..];
                bool isChunked = Grammar.EqualsIgnoreCase(name, "chunked"u8);
                // Nothing may follow chunked, not even itself; and it takes no parameters.
                if (name.IsEmpty || (nameEnd >= 0 && !parameters) || chunked || (isChunked && parameters))
                {
                    return Coding.Malformed;
                }

                chunked = isChunked;
                unknown |= !isChunked;
            }
        }

        return unknown ? Coding.Unknown : Coding.Chunked;
    }

    private static HttpRejection Bad(string reason) => new(502, reason);
}
