using System.Buffers;

namespace PipeProxy.Core.Http;

/// <summary>
/// Reads request heads, one after the other, from a connection's input: the bytes by RFC 9112 sections 2 to 5, then
/// what they say together (target, Host, framing, connection). What is not exactly right is refused.
/// </summary>
internal sealed class RequestHeadParser(HttpLimits limits)
{
    private HeadReader<RequestLine> _reader;
    private HttpRejection _rejection;

    /// <summary>Why the last call was <see cref="HeadResult.Rejected"/>: 400, 414, 431, 501 or 505. Close after it.</summary>
    internal HttpRejection Rejection => _rejection.Status != 0 ? _rejection : _reader.Rejection;

    /// <summary>A byte of the next request line has come. Empty lines do not count: such a connection is still idle.</summary>
    internal bool HasStarted => _reader.HasStarted;

    /// <summary>
    /// Takes a head, and nothing but a head, from <paramref name="buffer"/>. When more is needed, what was there has
    /// been taken already: advance the reader to <paramref name="consumed"/> and <paramref name="examined"/> and call
    /// again with the same <paramref name="head"/>. After a rejection the head holds what was understood before it
    /// (perhaps nothing), and every further call is rejected until <see cref="Reset"/>.
    /// </summary>
    internal HeadResult Parse(
        in ReadOnlySequence<byte> buffer, RequestHead head, out SequencePosition consumed, out SequencePosition examined)
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
        if ((TargetRules.Apply(head) ?? FramingRules.Apply(head)) is { } rejection)
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
