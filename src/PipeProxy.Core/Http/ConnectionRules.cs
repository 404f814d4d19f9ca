namespace PipeProxy.Core.Http;

/// <summary>
/// What a message says about its connection: whether it goes on, what it should become, what the sender waits for
/// (RFC 9112 section 9, RFC 9110 sections 7.6.1, 7.8, 10.1.1 and 10.1.4).
/// </summary>
internal static class ConnectionRules
{
    [Flags]
    private enum Options : byte
    {
        None = 0,
        Close = 1,
        KeepAlive = 2,
        Upgrade = 4,
    }

    private static readonly ulong Fields = KnownFields.Bit(KnownField.Connection) | KnownFields.Bit(KnownField.Upgrade)
        | KnownFields.Bit(KnownField.TE) | KnownFields.Bit(KnownField.Expect);

    internal static void Apply(RequestHead head)
    {
        bool modern = head.MinorVersion > 0;
        head.KeepAlive = modern;
        if ((head.Present & Fields) == 0)
        {
            return;
        }

        Options options = Read(head);
        head.KeepAlive = (options & Options.Close) == 0 && (modern || (options & Options.KeepAlive) != 0);
        if (!modern)
        {
            return;
        }

        if ((options & Options.Upgrade) != 0 && head.Has(KnownField.Upgrade))
        {
            ReadUpgrade(head);
        }

        head.AcceptsTrailers = HasElement(head, KnownField.TE, "trailers"u8);
        head.ExpectContinue = head.BodyKind != BodyKind.None && IsContinueExpected(head);
    }

    internal static void Apply(ResponseHead head)
    {
        Options options = Read(head);
        bool wanted = (options & Options.Close) == 0 && (head.MinorVersion > 0 || (options & Options.KeepAlive) != 0);
        head.KeepAlive = wanted && head.BodyKind != BodyKind.UntilClose && head.Status != 101;
        if (head.KeepAlive && head.TryGetValue(KnownField.KeepAlive, out ReadOnlySpan<byte> parameters))
        {
            ReadKeepAlive(head, parameters);
        }

        int upgrade = head.Status == 101 ? head.Find(KnownField.Upgrade) : -1;
        if (upgrade >= 0 && (options & Options.Upgrade) != 0)
        {
            ref FieldLine line = ref head.Line(upgrade);
            head.UseUpgrade(new Extent(line.ValueStart, line.ValueLength));
        }
    }

    /// <summary>True when there is an expectation and each is 100-continue.</summary>
    internal static bool IsContinueExpected(RequestHead head)
    {
        bool found = false;
        for (int i = head.Find(KnownField.Expect); i >= 0; i = head.Find(KnownField.Expect, i + 1))
        {
            if (!Grammar.EqualsIgnoreCase(head.ValueOf(i), "100-continue"u8))
            {
                return false;
            }

            found = true;
        }

        return found;
    }

    private static Options Read(MessageHead head)
    {
        Options options = Options.None;
        for (int i = head.Find(KnownField.Connection); i >= 0; i = head.Find(KnownField.Connection, i + 1))
        {
            foreach (ReadOnlySpan<byte> option in new ListElements(head.ValueOf(i)))
            {
                options |= option.Length switch
                {
                    5 when Grammar.EqualsIgnoreCase(option, "close"u8) => Options.Close,
                    7 when Grammar.EqualsIgnoreCase(option, "upgrade"u8) => Options.Upgrade,
                    10 when Grammar.EqualsIgnoreCase(option, "keep-alive"u8) => Options.KeepAlive,
                    _ => Options.None,
                };
            }
        }

        return options;
    }

    private static bool HasElement(MessageHead head, KnownField field, ReadOnlySpan<byte> wanted)
    {
        for (int i = head.Find(field); i >= 0; i = head.Find(field, i + 1))
        {
            foreach (ReadOnlySpan<byte> element in new ListElements(head.ValueOf(i)))
            {
                if (Grammar.EqualsIgnoreCase(element, wanted))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The protocols asked for, over all lines, without h2c and without what is no protocol.</summary>
    private static void ReadUpgrade(RequestHead head)
    {
        Extent first = default;
        Extent all = default;
        for (int i = head.Find(KnownField.Upgrade); i >= 0; i = head.Find(KnownField.Upgrade, i + 1))
        {
            foreach (ReadOnlySpan<byte> protocol in new ListElements(head.ValueOf(i)))
            {
                if (!IsForwardedProtocol(protocol))
                {
                    continue;
                }

                head.IsWebSocket |= Grammar.EqualsIgnoreCase(protocol, "websocket"u8);
                if (first.Length == 0)
                {
                    head.Bytes.Overlaps(protocol, out int place);
                    first = new Extent(place, protocol.Length);
                    continue;
                }

                if (all.Length == 0)
                {
                    all = head.Store(head.At(first));
                }

                all = new Extent(all.Start, all.Length + head.Store(", "u8).Length + head.Store(protocol).Length);
            }
        }

        head.UseUpgrade(all.Length == 0 ? first : all);
    }

    /// <summary>Any protocol but another HTTP: behind it requests would pass unread.</summary>
    private static bool IsForwardedProtocol(ReadOnlySpan<byte> protocol)
    {
        int slash = protocol.IndexOf((byte)'/');
        bool wellFormed = slash < 0
            ? Grammar.IsToken(protocol)
            : Grammar.IsToken(protocol[..slash]) && Grammar.IsToken(protocol[(slash + 1)..]);
        ReadOnlySpan<byte> name = slash < 0 ? protocol : protocol[..slash];
        return wellFormed && !Grammar.EqualsIgnoreCase(name, "h2c"u8) && !Grammar.EqualsIgnoreCase(name, "h2"u8)
            && !Grammar.EqualsIgnoreCase(name, "HTTP"u8);
    }

    /// <summary>timeout=N of a Keep-Alive field. N = 0 means that the backend closes at once.</summary>
    private static void ReadKeepAlive(ResponseHead head, ReadOnlySpan<byte> parameters)
    {
        ReadOnlySpan<byte> name = "timeout="u8;
        foreach (ReadOnlySpan<byte> element in new ListElements(parameters))
        {
            if (element.Length > name.Length && Grammar.EqualsIgnoreCase(element[..name.Length], name)
                && FramingRules.TryReadLength(element[name.Length..], out long seconds))
            {
                head.KeepAliveTimeoutSeconds = (int)Math.Min(seconds, int.MaxValue);
                head.KeepAlive = seconds > 0;
                return;
            }
        }
    }
}
