using System.Buffers;

namespace PipeProxy.Core.Http;

/// <summary>
/// Feeds a head's bytes to the start line and to the fields, however they are cut.
/// </summary>
/// <remarks>
/// A head that lies in one segment is read where it is and copied once, as a whole, when it is complete. One that
/// comes in pieces is copied piece by piece, and consumed, and reading goes on where it stopped. Both ways run the
/// same code over the same places, and every decision depends only on the bytes before it: so every way to cut the
/// input gives the same result.
/// </remarks>
internal struct HeadReader<TLine>
    where TLine : struct, IStartLine
{
    /// <summary>So much may be copied in vain when a head that came in pieces is followed by a body.</summary>
    private const int PieceBytes = 2048;

    private TLine _line;
    private FieldScanner _fields;
    private int _emptyLines;
    private bool _inFields;

    /// <summary>A byte of the start line was seen. Empty lines before it do not count.</summary>
    internal bool HasStarted { get; private set; }

    internal HttpRejection Rejection { get; private set; }

    internal HeadResult Read(
        in ReadOnlySequence<byte> buffer, HttpLimits limits, MessageHead head, out SequencePosition consumed, out SequencePosition examined)
    {
        consumed = buffer.Start;
        examined = buffer.End;
        if (Rejection.Status != 0)
        {
            return HeadResult.Rejected;
        }

        ReadOnlySequence<byte> rest = buffer;
        if (!HasStarted)
        {
            HeadResult skipped = SkipEmptyLines(ref rest);
            consumed = rest.Start;
            if (skipped != HeadResult.Done)
            {
                return skipped;
            }

            HasStarted = true;
            _line = default;
            head.Clear();
            HeadResult whole = ReadInPlace(rest.FirstSpan, limits, head, out int length);
            if (whole != HeadResult.NeedMore)
            {
                consumed = examined = rest.GetPosition(length);
                return whole;
            }

            rest = rest.Slice(length);
        }

        return ReadInPieces(rest, limits, head, ref consumed, ref examined);
    }

    internal void Reset() => this = default;

    private HeadResult ReadInPlace(ReadOnlySpan<byte> span, HttpLimits limits, MessageHead head, out int length)
    {
        HeadResult result = Advance(span, limits, head);
        length = result switch
        {
            HeadResult.Done => _fields.Position,
            // What was understood before the fault stays readable: for the log.
            HeadResult.Rejected => _inFields ? _fields.Position : 0,
            _ => span.Length,
        };
        head.LoadReceived(span[..length]);
        if (result == HeadResult.Rejected && !_inFields)
        {
            head.Clear();
        }

        return result;
    }

    private HeadResult ReadInPieces(
        in ReadOnlySequence<byte> rest, HttpLimits limits, MessageHead head, ref SequencePosition consumed, ref SequencePosition examined)
    {
        long taken = 0;
        foreach (ReadOnlyMemory<byte> segment in rest)
        {
            ReadOnlySpan<byte> span = segment.Span;
            while (!span.IsEmpty)
            {
                ReadOnlySpan<byte> piece = span[..Math.Min(span.Length, PieceBytes)];
                int before = head.Bytes.Length;
                head.AppendReceived(piece);
                HeadResult result = Advance(head.Bytes, limits, head);
                if (result == HeadResult.Done)
                {
                    head.EndReceived(_fields.Position);
                    consumed = examined = rest.GetPosition(taken + _fields.Position - before);
                    return HeadResult.Done;
                }

                if (result == HeadResult.Rejected)
                {
                    if (!_inFields)
                    {
                        head.Clear();
                    }

                    consumed = rest.GetPosition(taken);
                    return HeadResult.Rejected;
                }

                taken += piece.Length;
                span = span[piece.Length..];
            }
        }

        consumed = rest.End;
        return HeadResult.NeedMore;
    }

    private HeadResult Advance(ReadOnlySpan<byte> data, HttpLimits limits, MessageHead head)
    {
        // Bytes over the limit are not looked at: else the answer would depend on how many of them are there already.
        bool full = data.Length >= limits.HeadBytes;
        if (full)
        {
            data = data[..limits.HeadBytes];
        }

        HeadResult result = AdvanceWithin(data, limits, head);
        return result == HeadResult.NeedMore && full ? Refuse(TLine.Refuse(FieldFault.TooLarge)) : result;
    }

    private HeadResult AdvanceWithin(ReadOnlySpan<byte> data, HttpLimits limits, MessageHead head)
    {
        if (!_inFields)
        {
            HeadResult line = _line.Read(data, limits, head, out int end, out HttpRejection rejection);
            if (line != HeadResult.Done)
            {
                return line == HeadResult.Rejected ? Refuse(rejection) : line;
            }

            _inFields = true;
            _fields = new FieldScanner(end);
        }

        while (true)
        {
            switch (_fields.Next(data, out FieldLine field))
            {
                case FieldScanner.Step.Line when head.LineCount < limits.FieldCount:
                    head.AddReceived(field);
                    break;
                case FieldScanner.Step.Line:
                    return Refuse(TLine.Refuse(FieldFault.TooManyLines));
                case FieldScanner.Step.End:
                    return HeadResult.Done;
                case FieldScanner.Step.Fault:
                    return Refuse(TLine.Refuse(_fields.Fault));
                default:
                    return HeadResult.NeedMore;
            }
        }
    }

    /// <summary>Done: <paramref name="rest"/> begins with the first byte of the start line, in its first segment.</summary>
    private HeadResult SkipEmptyLines(ref ReadOnlySequence<byte> rest)
    {
        while (TryPeek(ref rest, out byte first))
        {
            if (first == '\n')
            {
                return Refuse(TLine.Refuse(FieldFault.BareLineFeed));
            }

            if (first != '\r')
            {
                return HeadResult.Done;
            }

            ReadOnlySequence<byte> behind = rest.Slice(1);
            if (!TryPeek(ref behind, out byte second))
            {
                return HeadResult.NeedMore;
            }

            if (second != '\n')
            {
                return Refuse(TLine.Refuse(FieldFault.BareCarriageReturn));
            }

            if (++_emptyLines > TLine.EmptyLinesAllowed)
            {
                return Refuse(TLine.Refuse(FieldFault.EmptyLine));
            }

            rest = behind.Slice(1);
        }

        return HeadResult.NeedMore;
    }

    /// <summary>The first byte; moves past segments that hold none.</summary>
    private static bool TryPeek(ref ReadOnlySequence<byte> rest, out byte first)
    {
        while (!rest.IsEmpty)
        {
            if (!rest.FirstSpan.IsEmpty)
            {
                first = rest.FirstSpan[0];
                return true;
            }

            SequencePosition next = rest.Start;
            rest.TryGet(ref next, out _);
            rest = rest.Slice(next);
        }

        first = 0;
        return false;
    }

    private HeadResult Refuse(HttpRejection rejection)
    {
        Rejection = rejection;
        return HeadResult.Rejected;
    }
}
