using System.IO.Pipelines;

namespace PipeProxy.Core.Http;

/// <summary>
/// Writes heads, chunk framing and the proxy's own small answers. It does not flush. Framing and connection fields are
/// always its own, whatever the head holds: nothing of that kind is passed on as it came.
/// </summary>
internal static class HeadWriter
{
    /// <summary>Written by the writer or by nobody.</summary>
    private static readonly ulong Own = KnownFields.Mask(
        KnownField.Connection, KnownField.KeepAlive, KnownField.ProxyConnection, KnownField.TE, KnownField.TransferEncoding,
        KnownField.ContentLength, KnownField.Upgrade, KnownField.Http2Settings);

    private static readonly ulong OwnOfRequests = Own | KnownFields.Bit(KnownField.Host);

    /// <summary>Writes a request's head. The head is not changed: it may be written again for another attempt.</summary>
    internal static void WriteRequest(PipeWriter output, RequestHead head, in RequestHeadFacts facts)
    {
        PipeOutput to = new(output);
        to.Write(head.MethodBytes);
        to.Write(" "u8);
        to.Write(head.Target);
        to.Write(" HTTP/1.1\r\nHost: "u8);
        to.Write(facts.Host);
        to.Write("\r\n"u8);
        WriteLines(ref to, head, OwnOfRequests | TrailerUnless(facts.BodyKind));
        if (!facts.ViaPseudonym.IsEmpty)
        {
            to.Write(head.MinorVersion == 0 ? "Via: 1.0 "u8 : "Via: 1.1 "u8);
            to.Write(facts.ViaPseudonym);
            to.Write("\r\n"u8);
        }

        WriteFraming(ref to, facts.BodyKind, facts.ContentLength);
        if (facts.Upgrade)
        {
            to.WriteField("Upgrade"u8, head.UpgradeProtocol);
        }

        if (head.AcceptsTrailers)
        {
            // A sender of TE names it in Connection (RFC 9110 section 10.1.4).
            to.Write(facts.Upgrade ? "TE: trailers\r\nConnection: Upgrade, TE\r\n"u8 : "TE: trailers\r\nConnection: TE\r\n"u8);
        }
        else if (facts.Upgrade)
        {
            to.Write("Connection: Upgrade\r\n"u8);
        }

        to.Write("\r\n"u8);
        to.Commit();
    }

    /// <summary>Writes a final response's head.</summary>
    internal static void WriteResponse(PipeWriter output, ResponseHead head, in ResponseHeadFacts facts)
    {
        PipeOutput to = new(output);
        WriteStatusLine(ref to, head);
        bool keepsLength = facts.BodyKind == BodyKind.None && head.Status != 204;
        ulong skipped = keepsLength ? Own & ~KnownFields.Bit(KnownField.ContentLength) : Own;
        WriteLines(ref to, head, skipped | TrailerUnless(facts.BodyKind));
        if (!head.Has(KnownField.Date) && !facts.Date.IsEmpty)
        {
            to.WriteField("Date"u8, facts.Date);
        }

        WriteFraming(ref to, facts.BodyKind, facts.ContentLength);
        if (!facts.KeepAlive)
        {
            to.Write("Connection: close\r\n"u8);
        }
        else if (facts.ClientMinorVersion == 0)
        {
            to.Write("Connection: keep-alive\r\n"u8);
        }

        to.Write("\r\n"u8);
        to.Commit();
    }

    /// <summary>Writes an interim response (1xx, not 101).</summary>
    internal static void WriteInterim(PipeWriter output, ResponseHead head)
    {
        PipeOutput to = new(output);
        WriteStatusLine(ref to, head);
        WriteLines(ref to, head, Own | TrailerUnless(BodyKind.None));
        to.Write("\r\n"u8);
        to.Commit();
    }

    /// <summary>Writes a 101 with the protocol that the backend switches to.</summary>
    internal static void WriteSwitchingProtocols(PipeWriter output, ResponseHead head)
    {
        PipeOutput to = new(output);
        WriteStatusLine(ref to, head);
        WriteLines(ref to, head, Own | TrailerUnless(BodyKind.None));
        to.WriteField("Upgrade"u8, head.UpgradeProtocol);
        to.Write("Connection: Upgrade\r\n\r\n"u8);
        to.Commit();
    }

    /// <summary>Writes the line before a chunk of <paramref name="length"/> bytes, which is over 0.</summary>
    internal static void WriteChunkHeader(PipeWriter output, long length)
    {
        PipeOutput to = new(output);
        to.WriteHex(length);
        to.Write("\r\n"u8);
        to.Commit();
    }

    /// <summary>Writes the line end behind a chunk's bytes.</summary>
    internal static void WriteChunkEnd(PipeWriter output)
    {
        PipeOutput to = new(output);
        to.Write("\r\n"u8);
        to.Commit();
    }

    /// <summary>Writes the last chunk, the trailers and the empty line.</summary>
    internal static void WriteLastChunk(PipeWriter output, TrailerSection? trailers)
    {
        PipeOutput to = new(output);
        to.Write("0\r\n"u8);
        if (trailers is not null)
        {
            WriteLines(ref to, trailers, OwnOfRequests);
        }

        to.Write("\r\n"u8);
        to.Commit();
    }

    /// <summary>
    /// Writes a whole answer of the proxy's own: a line of text, or only its head for a HEAD request.
    /// <paramref name="retryAfterSeconds"/> over 0 adds Retry-After.
    /// </summary>
    internal static void WriteError(
        PipeWriter output, int status, string reason, bool close, ReadOnlySpan<byte> date, int retryAfterSeconds, bool headRequest)
    {
        PipeOutput to = new(output);
        to.Write("HTTP/1.1 "u8);
        to.Write(status);
        to.Write(" "u8);
        to.Write(StatusPhrases.Of(status));
        to.Write("\r\n"u8);
        if (!date.IsEmpty)
        {
            to.WriteField("Date"u8, date);
        }

        to.Write("Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: "u8);
        to.Write(reason.Length + 1);
        to.Write("\r\n"u8);
        if (retryAfterSeconds > 0)
        {
            to.Write("Retry-After: "u8);
            to.Write(retryAfterSeconds);
            to.Write("\r\n"u8);
        }

        to.Write(close ? "Connection: close\r\n\r\n"u8 : "\r\n"u8);
        if (!headRequest)
        {
            to.Write(reason);
            to.Write("\n"u8);
        }

        to.Commit();
    }

    private static void WriteStatusLine(ref PipeOutput to, ResponseHead head)
    {
        to.Write("HTTP/1.1 "u8);
        to.Write(head.Status);
        to.Write(" "u8);
        to.Write(head.Reason);
        to.Write("\r\n"u8);
    }

    private static void WriteFraming(ref PipeOutput to, BodyKind kind, long length)
    {
        if (kind == BodyKind.Length)
        {
            to.Write("Content-Length: "u8);
            to.Write(length);
            to.Write("\r\n"u8);
        }
        else if (kind == BodyKind.Chunked)
        {
            to.Write("Transfer-Encoding: chunked\r\n"u8);
        }
    }

    /// <summary>Trailer announces what only a chunked body can carry.</summary>
    private static ulong TrailerUnless(BodyKind kind) => kind == BodyKind.Chunked ? 0 : KnownFields.Bit(KnownField.Trailer);

    /// <summary>Neighbours that stand in the buffer as they are written go out in one piece.</summary>
    private static void WriteLines(ref PipeOutput to, MessageHead head, ulong skipped)
    {
        ReadOnlySpan<byte> bytes = head.Bytes;
        int runStart = 0;
        int runEnd = 0;
        for (int i = 0; i < head.LineCount; i++)
        {
            ref FieldLine line = ref head.Line(i);
            if (line.Removed || (KnownFields.Bit(line.Known) & skipped) != 0)
            {
                continue;
            }

            if (line.Canonical && line.NameStart == runEnd)
            {
                runEnd = line.CanonicalEnd;
                continue;
            }

            to.Write(bytes[runStart..runEnd]);
            if (line.Canonical)
            {
                runStart = line.NameStart;
                runEnd = line.CanonicalEnd;
            }
            else
            {
                runStart = runEnd = 0;
                to.WriteField(head.NameOf(i), head.ValueOf(i));
            }
        }

        to.Write(bytes[runStart..runEnd]);
    }
}
