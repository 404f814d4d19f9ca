namespace PipeProxy.Core.Http;

/// <summary>Reads <c>HTTP/1.x SP 3DIGIT SP reason CRLF</c> (RFC 9112 section 4), exactly.</summary>
internal struct StatusLine : IStartLine
{
    private const int VersionBytes = 8;
    private const int ReasonStart = 13;

    private int _scanned;

    public static int EmptyLinesAllowed => 0;

    public static HttpRejection Refuse(FieldFault fault) => new(502, FieldFaults.Describe(fault));

    public HeadResult Read(ReadOnlySpan<byte> data, HttpLimits limits, MessageHead head, out int end, out HttpRejection rejection)
    {
        end = 0;
        rejection = default;
        HeadResult version = HttpVersion.Read(data, out int minor);
        if (version != HeadResult.Done)
        {
            return version == HeadResult.NeedMore ? version : Reject("The backend's answer is not HTTP/1.0 or HTTP/1.1.", out rejection);
        }

        for (int i = VersionBytes; i < ReasonStart; i++)
        {
            if (i == data.Length)
            {
                return HeadResult.NeedMore;
            }

            bool right = i is VersionBytes or ReasonStart - 1 ? data[i] == ' ' : Grammar.IsDigit(data[i]);
            if (!right || (i == VersionBytes + 1 && data[i] == '0'))
            {
                return Reject("The status line has no space, status code of three digits and space.", out rejection);
            }
        }

        _scanned = Math.Max(_scanned, ReasonStart);
        int at = data[_scanned..].IndexOfAny(Grammar.Controls);
        if (at < 0)
        {
            _scanned = data.Length;
            return HeadResult.NeedMore;
        }

        _scanned += at;
        if (data[_scanned] != '\r')
        {
            return Reject("The status line has a control byte or ends in LF without CR.", out rejection);
        }

        if (_scanned + 1 == data.Length)
        {
            return HeadResult.NeedMore;
        }

        if (data[_scanned + 1] != '\n')
        {
            return Reject(FieldFaults.Describe(FieldFault.BareCarriageReturn), out rejection);
        }

        end = _scanned + 2;
        int status = ((data[9] - '0') * 100) + ((data[10] - '0') * 10) + (data[11] - '0');
        ((ResponseHead)head).SetStatusLine(status, new Extent(ReasonStart, _scanned - ReasonStart), minor);
        return HeadResult.Done;
    }

    private static HeadResult Reject(string reason, out HttpRejection rejection)
    {
        rejection = new HttpRejection(502, reason);
        return HeadResult.Rejected;
    }
}
