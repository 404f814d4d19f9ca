namespace PipeProxy.Core.Http;

/// <summary>
/// The trailers of one message, already filtered: what frames, routes, authenticates, or changes how the content is
/// understood is never in it (RFC 9110 section 6.5.1), nor what the message's Connection field nominates.
/// </summary>
internal sealed class TrailerSection : MessageHead
{
    private static readonly ulong Dropped = KnownFields.Mask(
        KnownField.Host, KnownField.Connection, KnownField.KeepAlive, KnownField.ProxyConnection, KnownField.TE,
        KnownField.TransferEncoding, KnownField.ContentLength, KnownField.Trailer, KnownField.Upgrade, KnownField.Http2Settings,
        KnownField.Expect, KnownField.Via, KnownField.Date, KnownField.Cookie, KnownField.SetCookie, KnownField.Authorization,
        KnownField.ProxyAuthorization, KnownField.ProxyAuthenticate, KnownField.WwwAuthenticate, KnownField.Forwarded,
        KnownField.Location, KnownField.RetryAfter, KnownField.ContentType, KnownField.ContentEncoding, KnownField.ContentRange,
        KnownField.CacheControl, KnownField.Range, KnownField.MaxForwards, KnownField.Age, KnownField.Expires, KnownField.Vary,
        KnownField.Pragma, KnownField.Origin) | ForwardedFields.Mask;

    /// <summary>
    /// The head of the message they belong to; its Connection lines, also those already removed, say what is
    /// nominated. Set it before the body is read; <see cref="MessageHead.Clear"/> and Reset forget it.
    /// </summary>
    internal MessageHead? Message { get; set; }

    /// <summary>Adds a line unless it must not be a trailer.</summary>
    internal void AddFiltered(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        ulong bit = KnownFields.Bit(KnownFields.Find(name));
        bool dropped = bit != 0
            ? (bit & Dropped) != 0
            : ForwardedFields.IsSpelling(name) || IsConditional(name);
        if (!dropped && !IsNominated(name))
        {
            Add(name, value);
        }
    }

    protected override void ClearStartLine() => Message = null;

    /// <summary>If-Match and its kin.</summary>
    private static bool IsConditional(ReadOnlySpan<byte> name) => name.Length > 3 && Grammar.EqualsIgnoreCase(name[..3], "if-"u8);

    private bool IsNominated(ReadOnlySpan<byte> name)
    {
        if (Message is null)
        {
            return false;
        }

        for (int i = 0; i < Message.LineCount; i++)
        {
            if (Message.Line(i).Known != KnownField.Connection)
            {
                continue;
            }

            foreach (ReadOnlySpan<byte> nominated in new ListElements(Message.ValueOf(i)))
            {
                if (Grammar.EqualsIgnoreCase(nominated, name))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
