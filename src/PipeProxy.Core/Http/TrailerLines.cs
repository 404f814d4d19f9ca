using System.Buffers;

namespace PipeProxy.Core.Http;

/// <summary>
/// Reads the lines behind the last chunk (RFC 9112 section 7.1.2), each one when it is complete, with the rules of a
/// head's fields. An unfinished line stays in the input, so that this is a plain value without a buffer.
/// </summary>
internal struct TrailerLines
{
    private int _taken;
    private int _searched;
    private int _count;

    /// <summary>Takes all complete lines. Done: the empty line was there, and <paramref name="consumed"/> is behind it.</summary>
    internal ChunkResult Read(
        ReadOnlySequence<byte> rest, HttpLimits limits, TrailerSection? trailers, out SequencePosition consumed, out HttpRejection rejection)
    {
        rejection = default;
        while (true)
        {
            consumed = rest.Start;
            int allowed = limits.TrailerBytes - _taken;
            ReadOnlySequence<byte> visible = rest.Length > allowed ? rest.Slice(0, allowed) : rest;
            SequencePosition? lineFeed = visible.Slice(_searched).PositionOf((byte)'\n');
            if (lineFeed is null)
            {
                // A CR that is not the last byte so far will never be followed by LF: nobody waits for the rest.
                long carriageReturn = visible.Slice(_searched).PositionOf((byte)'\r') is { } at ? visible.Slice(0, at).Length : visible.Length;
                if (carriageReturn < visible.Length - 1)
                {
                    return Reject(FieldFaults.Describe(Take(visible.Slice(0, carriageReturn + 2), limits, null, out _)), out rejection);
                }

                _searched = (int)carriageReturn;
                return visible.Length == allowed ? Reject("The trailers are larger than allowed.", out rejection) : ChunkResult.NeedMore;
            }

            ReadOnlySequence<byte> line = visible.Slice(0, visible.GetPosition(1, lineFeed.Value));
            _taken += (int)line.Length;
            _searched = 0;
            FieldFault fault = Take(line, limits, trailers, out bool last);
            if (fault != FieldFault.None)
            {
                return Reject(FieldFaults.Describe(fault), out rejection);
            }

            rest = rest.Slice(line.Length);
            if (last)
            {
                consumed = rest.Start;
                return ChunkResult.Done;
            }
        }
    }

    private FieldFault Take(in ReadOnlySequence<byte> line, HttpLimits limits, TrailerSection? trailers, out bool last)
    {
        if (line.IsSingleSegment)
        {
            return Take(line.FirstSpan, limits, trailers, out last);
        }

        byte[] joined = ArrayPool<byte>.Shared.Rent((int)line.Length);
        line.CopyTo(joined);
        FieldFault fault = Take(joined.AsSpan(0, (int)line.Length), limits, trailers, out last);
        ArrayPool<byte>.Shared.Return(joined);
        return fault;
    }

    private FieldFault Take(ReadOnlySpan<byte> line, HttpLimits limits, TrailerSection? trailers, out bool last)
    {
        FieldScanner scanner = new(0);
        FieldScanner.Step step = scanner.Next(line, out FieldLine field);
        last = step == FieldScanner.Step.End;
        if (step == FieldScanner.Step.Line)
        {
            if (++_count > limits.FieldCount)
            {
                return FieldFault.TooManyLines;
            }

            trailers?.AddFiltered(line.Slice(field.NameStart, field.NameLength), line.Slice(field.ValueStart, field.ValueLength));
        }

        return scanner.Fault;
    }

    private static ChunkResult Reject(string reason, out HttpRejection rejection)
    {
        rejection = new HttpRejection(400, reason);
        return ChunkResult.Rejected;
    }
}
