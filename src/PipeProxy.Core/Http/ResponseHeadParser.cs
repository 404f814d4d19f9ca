using System.Buffers;

namespace PipeProxy.Core.Http;

/// <summary>Reads a backend's response heads, interim ones included. What is not exactly right is refused with 502.</summary>
internal sealed class ResponseHeadParser(HttpLimits limits)
{
    private HeadReader<StatusLine> _reader;
    private HttpRejection _rejection;

    /// <summary>Why the last call was <see cref="HeadResult.Rejected"/>; the status is 502.</summary>
    internal HttpRejection Rejection => _rejection.Status != 0 ? _rejection : _reader.Rejection;

    /// <summary>A byte of the next status line has come.</summary>
    internal bool HasStarted => _reader.HasStarted;

    /// <summary>As <see cref="RequestHeadParser.Parse"/>. <paramref name="requestMethod"/> decides whether there is a body.</summary>
    internal HeadResult Parse(
        in ReadOnlySequence<byte> buffer,
        ResponseHead head,
        HttpMethod requestMethod,
        out SequencePosition consumed,
        out SequencePosition examined)
    {
        if (_rejection.Status != 0)
        {
            consumed = buffer.Start;
            examined = buffer.End;
            return HeadResult.Rejected;
        }

        HeadResult result = _reader.Read(buffer, limits, head, out consumed, out examined);
        if (result != HeadResult.Done)
        {
            return result;
        }

        _reader.Reset();
        if (FramingRules.Apply(head, requestMethod) is { } rejection)
        {
            _rejection = rejection;
            return HeadResult.Rejected;
        }

        ConnectionRules.Apply(head);
        return HeadResult.Done;
    }

    /// <summary>Forgets a head begun, or a rejection.</summary>
    internal void Reset()
    {
        _reader.Reset();
        _rejection = default;
    }
}
