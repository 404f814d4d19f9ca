using System.Buffers;

namespace PipeProxy.Core.Http;

/// <summary>What one step of the chunk scanner came to.</summary>
internal enum ChunkResult : byte
{
    /// <summary>All bytes that could be used are used: call again with more.</summary>
    NeedMore,

    /// <summary>A run of payload.</summary>
    Data,

    /// <summary>The last chunk and the trailers are over; what follows belongs to the next message.</summary>
    Done,

    /// <summary>The body is malformed; nothing behind the fault may be trusted.</summary>
    Rejected,
}

/// <summary>
/// Walks through a chunked body (RFC 9112 section 7.1) without copying it. A plain value: a copy taken at the body's
/// start begins again there.
/// </summary>
/// <remarks>
/// Stricter than the RFC asks of a recipient: no white space around extensions, at most 16 digits in a size.
/// Extensions are checked, counted and dropped.
/// </remarks>
internal struct ChunkScanner(HttpLimits limits)
{
    /// <summary>What 63 bits need; more would be leading zeros without end.</summary>
    private const int SizeDigits = 16;

    private readonly HttpLimits _limits = limits;
    private ChunkExtension _extension;
    private Part _part;
    private long _size;
    private int _digits;
    private int _extensionBytes;
    private TrailerLines _trailers;

    private enum Part : byte
    {
        Size,
        Extension,
        SizeLineFeed,
        Payload,
        PayloadCarriageReturn,
        PayloadLineFeed,
        Trailers,
        Done,
        Rejected,
    }

    /// <summary>Why the last step was <see cref="ChunkResult.Rejected"/>: 400. From a backend it means a cut body.</summary>
    internal HttpRejection Rejection { get; private set; }

    /// <summary>
    /// One step over <paramref name="buffer"/> from its start. Data: <paramref name="data"/> is the next run of payload,
    /// as much as is there. Advance the reader to <paramref name="consumed"/> after every step, and on NeedMore mark
    /// everything as examined.
    /// </summary>
    internal ChunkResult Next(
        in ReadOnlySequence<byte> buffer, out SequencePosition consumed, out ReadOnlySequence<byte> data, TrailerSection? trailers)
    {
        data = default;
        SequenceReader<byte> reader = new(buffer);
        while (true)
        {
            switch (_part)
            {
                case Part.Payload when _size > 0:
                    return TakePayload(buffer, ref reader, out consumed, out data);
                case Part.Payload:
                    _part = Part.PayloadCarriageReturn;
                    break;
                case Part.Trailers:
                    return TakeTrailers(ref reader, trailers, out consumed);
                case Part.Done:
                    consumed = reader.Position;
                    return ChunkResult.Done;
                case Part.Rejected:
                    consumed = reader.Position;
                    return ChunkResult.Rejected;
                default:
                    if (reader.End)
                    {
                        consumed = reader.Position;
                        return ChunkResult.NeedMore;
                    }

                    reader.Advance(TakeFraming(reader.UnreadSpan));
                    break;
            }
        }
    }

    private ChunkResult TakePayload(
        in ReadOnlySequence<byte> buffer,
        ref SequenceReader<byte> reader,
        out SequencePosition consumed,
        out ReadOnlySequence<byte> data)
    {
        long length = Math.Min(reader.Remaining, _size);
        data = buffer.Slice(reader.Position, length);
        consumed = data.End;
        _size -= length;
        return length == 0 ? ChunkResult.NeedMore : ChunkResult.Data;
    }

    private ChunkResult TakeTrailers(ref SequenceReader<byte> reader, TrailerSection? trailers, out SequencePosition consumed)
    {
        ChunkResult result = _trailers.Read(reader.UnreadSequence, _limits, trailers, out consumed, out HttpRejection rejection);
        if (result == ChunkResult.Rejected)
        {
            Rejection = rejection;
            _part = Part.Rejected;
        }
        else if (result == ChunkResult.Done)
        {
            _part = Part.Done;
        }

        return result;
    }

    /// <summary>Takes bytes that are not payload until payload or trailers begin; returns how many.</summary>
    private int TakeFraming(ReadOnlySpan<byte> span)
    {
        for (int i = 0; i < span.Length; i++)
        {
            byte b = span[i];
            string? fault = _part switch
            {
                Part.Size => TakeSize(b),
                Part.Extension => TakeExtension(b),
                Part.SizeLineFeed => TakeLineFeed(b, _size == 0 ? Part.Trailers : Part.Payload),
                Part.PayloadCarriageReturn => b == '\r' ? Enter(Part.PayloadLineFeed) : "Chunk data is not followed by CR LF.",
                Part.PayloadLineFeed => TakeLineFeed(b, Part.Size),
                _ => null,
            };
            if (fault is not null)
            {
                Rejection = new HttpRejection(400, fault);
                _part = Part.Rejected;
                return i;
            }

            if (_part is Part.Payload or Part.Trailers)
            {
                return i + 1;
            }
        }

        return span.Length;
    }

    private string? TakeSize(byte b)
    {
        int value = Grammar.HexValue(b);
        if (value >= 0)
        {
            if (++_digits > SizeDigits || _size > (long.MaxValue >> 4))
            {
                return "A chunk size does not fit in 63 bits.";
            }

            _size = (_size << 4) | (uint)value;
            return null;
        }

        if (_digits == 0 || b is not ((byte)'\r' or (byte)';'))
        {
            return "A chunk size has a byte that is no hexadecimal digit.";
        }

        _digits = 0;
        if (b == '\r')
        {
            return Enter(Part.SizeLineFeed);
        }

        _extension = default;
        _part = Part.Extension;
        return CountExtensionByte();
    }

    private string? TakeExtension(byte b)
    {
        switch (_extension.Take(b))
        {
            case ChunkExtension.Step.End:
                return Enter(Part.SizeLineFeed);
            case ChunkExtension.Step.Fault:
                return "A chunk extension is no token, token=token or token=quoted-string.";
            default:
                return CountExtensionByte();
        }
    }

    private string? TakeLineFeed(byte b, Part next) => b == '\n' ? Enter(next) : "In a chunked body a CR is not followed by LF.";

    private string? CountExtensionByte() =>
        ++_extensionBytes > _limits.ChunkExtensionBytes ? "The chunk extensions are larger than allowed." : null;

    private string? Enter(Part part)
    {
        _part = part;
        return null;
    }
}
