namespace PipeProxy.Core.Http;

/// <summary>
/// Makes a received head fit to be forwarded: takes out what belongs to one connection only and what a client must not
/// say of itself, and adds what the proxy says of the client. Once per message, right after parsing.
/// </summary>
internal static class FieldRules
{
    /// <summary>A Connection field with more options than this is refused: each costs a search through all lines.</summary>
    private const int NominationsAllowed = 100;

    /// <summary>These end here (RFC 9110 section 7.6.1); the writer writes its own where it has to.</summary>
    private static readonly ulong HopByHop = KnownFields.Mask(
        KnownField.Connection, KnownField.KeepAlive, KnownField.ProxyConnection, KnownField.TE, KnownField.TransferEncoding,
        KnownField.Upgrade, KnownField.Http2Settings);

    /// <summary>
    /// A nomination of these is ignored: who could take away a cookie, a length or an address on the way would be
    /// believed by the backend.
    /// </summary>
    private static readonly ulong NeverNominated = ForwardedFields.Mask | KnownFields.Mask(
        KnownField.Host, KnownField.ContentLength, KnownField.TransferEncoding, KnownField.Trailer, KnownField.Expect,
        KnownField.Via, KnownField.Date, KnownField.Cookie, KnownField.SetCookie, KnownField.Authorization,
        KnownField.ProxyAuthorization, KnownField.ProxyAuthenticate, KnownField.WwwAuthenticate, KnownField.Origin,
        KnownField.Location, KnownField.ContentType, KnownField.ContentEncoding, KnownField.ContentRange,
        KnownField.CacheControl, KnownField.Range, KnownField.MaxForwards);

    /// <summary>
    /// Prepares a request for its backends.
    /// </summary>
    /// <remarks>
    /// The forwarding fields are Traefik's (v3): from a peer that is not trusted all of them are removed first, in
    /// every spelling, and <c>Forwarded</c> too, which would contradict them and is not written here. Spellings with
    /// underscores are removed whoever sends them: a trusted proxy may let them through. Then X-Real-Ip, -Proto,
    /// -Port and -Host are set where they are missing or empty, -Server always, and the peer's address is appended
    /// to X-Forwarded-For, all its lines folded into one.
    /// </remarks>
    /// <returns>Null, or why the request must not be forwarded: 400, 417, 508, or that its Max-Forwards is used up.</returns>
    internal static HttpRejection? PrepareRequest(RequestHead head, in ForwardedFacts facts)
    {
        if (head.Has(KnownField.Expect) && !TakeExpectation(head))
        {
            return new HttpRejection(417, "The only expectation served is 100-continue.");
        }

        if (head.Has(KnownField.Via) && HasPassedHere(head, facts.ViaPseudonym))
        {
            return new HttpRejection(508, "The request has been here before.");
        }

        if (head.Has(KnownField.MaxForwards) && head.Method is (HttpMethod.Options or HttpMethod.Trace) && !TakeForward(head))
        {
            return new HttpRejection(head.Method == HttpMethod.Options ? 200 : 501, "Max-Forwards is 0: the request goes no further.");
        }

        if (head.Has(KnownField.Connection) && !RemoveNominated(head, NominationsAllowed))
        {
            return new HttpRejection(400, "The Connection field names more options than allowed.");
        }

        head.RemoveAll(facts.PeerIsTrusted ? HopByHop : HopByHop | ForwardedFields.Mask);
        RemoveSpellings(head, facts.PeerIsTrusted);
        AddForwarded(head, facts);
        return null;
    }

    /// <summary>Prepares a response, final or interim, for the client.</summary>
    internal static void PrepareResponse(ResponseHead head)
    {
        if (head.Has(KnownField.Connection))
        {
            RemoveNominated(head, int.MaxValue);
        }

        head.RemoveAll(HopByHop);
    }

    /// <summary>False for an expectation that is not served. One that nobody waits for is removed.</summary>
    private static bool TakeExpectation(RequestHead head)
    {
        if (head.ExpectContinue)
        {
            return true;
        }

        bool served = head.MinorVersion == 0 || ConnectionRules.IsContinueExpected(head);
        head.RemoveAll(KnownField.Expect);
        return served;
    }

    /// <summary>Takes one from Max-Forwards (RFC 9110 section 7.6.2); false when nothing is left. What is no number stays.</summary>
    private static bool TakeForward(RequestHead head)
    {
        if (!head.TryGetValue(KnownField.MaxForwards, out ReadOnlySpan<byte> value) || !FramingRules.TryReadLength(value, out long left))
        {
            return true;
        }

        if (left == 0)
        {
            return false;
        }

        Span<byte> digits = stackalloc byte[20];
        (left - 1).TryFormat(digits, out int written, default, System.Globalization.CultureInfo.InvariantCulture);
        head.Set(KnownField.MaxForwards, digits[..written]);
        return true;
    }

    private static bool HasPassedHere(RequestHead head, ReadOnlySpan<byte> pseudonym)
    {
        for (int i = head.Find(KnownField.Via); i >= 0 && !pseudonym.IsEmpty; i = head.Find(KnownField.Via, i + 1))
        {
            // The pseudonym is random: to be in the value at all is proof enough.
            if (head.ValueOf(i).IndexOf(pseudonym) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>False when there are more nominations than allowed.</summary>
    private static bool RemoveNominated(MessageHead head, int allowed)
    {
        for (int i = head.Find(KnownField.Connection); i >= 0; i = head.Find(KnownField.Connection, i + 1))
        {
            foreach (ReadOnlySpan<byte> option in new ListElements(head.ValueOf(i)))
            {
                if (--allowed < 0)
                {
                    return false;
                }

                ulong bit = KnownFields.Bit(KnownFields.Find(option));
                // Hop-by-hop fields go anyway, Connection itself only when all of it was read.
                bool kept = bit != 0 ? (bit & (NeverNominated | HopByHop)) != 0 : option.IsEmpty || ForwardedFields.IsSpelling(option);
                if (!kept)
                {
                    head.RemoveAll(option);
                }
            }
        }

        return true;
    }

    private static void RemoveSpellings(RequestHead head, bool peerIsTrusted)
    {
        for (int i = 0; i < head.LineCount; i++)
        {
            ref FieldLine line = ref head.Line(i);
            if (line.Known == KnownField.Unknown && !line.Removed && ForwardedFields.IsSpelling(head.NameOf(i))
                && (!peerIsTrusted || ForwardedFields.IsUnderscoreSpelling(head.NameOf(i))))
            {
                head.Remove(i);
            }
        }
    }

    private static void AddForwarded(RequestHead head, in ForwardedFacts facts)
    {
        AppendForwardedFor(head, facts.ClientAddress);
        SetMissing(head, KnownField.XRealIp, facts.ClientAddress);
        SetMissing(head, KnownField.XForwardedHost, head.Host);
        if (IsMissing(head, KnownField.XForwardedProto))
        {
            head.Set(KnownField.XForwardedProto, Scheme(head.IsWebSocket, facts.IsTls));
        }

        if (IsMissing(head, KnownField.XForwardedPort))
        {
            AddPort(head, facts);
        }

        if (!facts.ServerName.IsEmpty)
        {
            head.Set(KnownField.XForwardedServer, facts.ServerName);
        }
    }

    private static void AppendForwardedFor(RequestHead head, ReadOnlySpan<byte> address)
    {
        if (address.IsEmpty)
        {
            return;
        }

        int first = head.Find(KnownField.XForwardedFor);
        if (first < 0)
        {
            head.Add(KnownField.XForwardedFor, address);
            return;
        }

        head.BeginLine(KnownFields.NameOf(KnownField.XForwardedFor), KnownField.XForwardedFor);
        for (int i = first; i >= 0; i = head.Find(KnownField.XForwardedFor, i + 1))
        {
            if (head.Line(i).ValueLength != 0)
            {
                head.AppendValue(head.ValueOf(i));
                head.AppendValue(", "u8);
            }
        }

        head.AppendValue(address);
        head.RemoveAll(KnownField.XForwardedFor);
        head.EndLine();
    }

    private static ReadOnlySpan<byte> Scheme(bool webSocket, bool tls) =>
        webSocket ? (tls ? "wss"u8 : "ws"u8) : (tls ? "https"u8 : "http"u8);

    /// <summary>The port the client wrote into Host; else its scheme's; without a Host the port it came in on.</summary>
    private static void AddPort(RequestHead head, in ForwardedFacts facts)
    {
        if (!head.HostPort.IsEmpty)
        {
            head.Set(KnownField.XForwardedPort, head.HostPort);
            return;
        }

        if (head.Host.IsEmpty && facts.LocalPort > 0)
        {
            Span<byte> digits = stackalloc byte[11];
            facts.LocalPort.TryFormat(digits, out int written, default, System.Globalization.CultureInfo.InvariantCulture);
            head.Set(KnownField.XForwardedPort, digits[..written]);
            return;
        }

        head.TryGetValue(KnownField.XForwardedProto, out ReadOnlySpan<byte> scheme);
        bool secure = facts.IsTls || scheme.SequenceEqual("https"u8) || scheme.SequenceEqual("wss"u8);
        head.Set(KnownField.XForwardedPort, secure ? "443"u8 : "80"u8);
    }

    private static void SetMissing(RequestHead head, KnownField field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty && IsMissing(head, field))
        {
            head.Set(field, value);
        }
    }

    private static bool IsMissing(RequestHead head, KnownField field) =>
        !head.TryGetValue(field, out ReadOnlySpan<byte> value) || value.IsEmpty;
}
