namespace PipeProxy.Core.Http;

/// <summary>Reads <c>method SP target SP HTTP/1.x CRLF</c> (RFC 9112 section 3), exactly, and as far as it has come.</summary>
internal struct RequestLine : IStartLine
{
    /// <summary>A longer method is refused; the registered ones have at most 18 bytes.</summary>
    private const int MethodBytes = 32;

    private const int VersionBytes = 8;

    private int _methodEnd;
    private int _targetEnd;
    private int _scanned;

    public static int EmptyLinesAllowed => 8;

    public static HttpRejection Refuse(FieldFault fault) =>
        new(FieldFaults.IsLimit(fault) ? 431 : 400, FieldFaults.Describe(fault));

    public HeadResult Read(ReadOnlySpan<byte> data, HttpLimits limits, MessageHead head, out int end, out HttpRejection rejection)
    {
        bool full = data.Length >= limits.RequestLineBytes;
        if (full)
        {
            data = data[..limits.RequestLineBytes];
        }

        end = 0;
        rejection = default;
        HeadResult result = ReadMethod(data, ref rejection);
        if (result == HeadResult.Done)
        {
            result = ReadTarget(data, ref rejection);
        }

        if (result == HeadResult.Done)
        {
            result = ReadVersion(data, (RequestHead)head, ref rejection, out end);
        }

        return result == HeadResult.NeedMore && full ? Reject(414, "The request line is longer than allowed.", out rejection) : result;
    }

    private HeadResult ReadMethod(ReadOnlySpan<byte> data, ref HttpRejection rejection)
    {
        if (_methodEnd != 0)
        {
            return HeadResult.Done;
        }

        int at = data[_scanned..].IndexOfAnyExcept(Grammar.Token);
        _scanned = at < 0 ? data.Length : at + _scanned;
        if (_scanned > MethodBytes)
        {
            return Reject(501, "The method is longer than any that is known.", out rejection);
        }

        if (at < 0)
        {
            return HeadResult.NeedMore;
        }

        if (data[_scanned] != ' ' || _scanned == 0)
        {
            return Reject(400, "The request line does not begin with a method and one space.", out rejection);
        }

        _methodEnd = _scanned++;
        return HeadResult.Done;
    }

    private HeadResult ReadTarget(ReadOnlySpan<byte> data, ref HttpRejection rejection)
    {
        if (_targetEnd != 0)
        {
            return HeadResult.Done;
        }

        int at = data[_scanned..].IndexOfAnyExcept(Grammar.Target);
        if (at < 0)
        {
            _scanned = data.Length;
            return HeadResult.NeedMore;
        }

        _scanned += at;
        if (data[_scanned] != ' ')
        {
            return Reject(400, TargetFault(data[_scanned]), out rejection);
        }

        if (_scanned == _methodEnd + 1)
        {
            return Reject(400, "The request line has more than one space after the method.", out rejection);
        }

        _targetEnd = _scanned++;
        return HeadResult.Done;
    }

    private readonly HeadResult ReadVersion(ReadOnlySpan<byte> data, RequestHead head, ref HttpRejection rejection, out int end)
    {
        int start = _targetEnd + 1;
        end = start + VersionBytes + 2;
        ReadOnlySpan<byte> version = data[start..Math.Min(end, data.Length)];
        HeadResult result = HttpVersion.Read(version, out int minor);
        switch (result)
        {
            case HeadResult.Rejected when minor == HttpVersion.OtherMajor:
                return Reject(505, "The HTTP version is not 1.0 or 1.1.", out rejection);
            case HeadResult.Rejected:
                return Reject(400, "The request line does not end in a space and an HTTP version.", out rejection);
            case HeadResult.NeedMore:
                return result;
        }

        if (version.Length > VersionBytes && version[VersionBytes] != '\r')
        {
            return Reject(400, "The request line does not end right behind the HTTP version, in CR LF.", out rejection);
        }

        if (version.Length < VersionBytes + 2)
        {
            return HeadResult.NeedMore;
        }

        if (version[VersionBytes + 1] != '\n')
        {
            return Reject(400, FieldFaults.Describe(FieldFault.BareCarriageReturn), out rejection);
        }

        head.SetRequestLine(
            HttpMethods.Find(data[.._methodEnd]),
            new Extent(0, _methodEnd),
            new Extent(_methodEnd + 1, _targetEnd - _methodEnd - 1),
            minor);
        return HeadResult.Done;
    }

    private static string TargetFault(byte found) => found switch
    {
        (byte)'#' => "The request target has a fragment.",
        (byte)'\r' or (byte)'\n' => "The request line has no HTTP version.",
        > 0x7F => "The request target has a byte that must be percent-encoded.",
        _ => "The request target has a control byte.",
    };

    private static HeadResult Reject(int status, string reason, out HttpRejection rejection)
    {
        rejection = new HttpRejection(status, reason);
        return HeadResult.Rejected;
    }
}
