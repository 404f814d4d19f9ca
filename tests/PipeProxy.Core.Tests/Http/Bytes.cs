using System.Buffers;
using System.Text;

namespace PipeProxy.Core.Tests.Http;

/// <summary>Bytes as tests write them, and the ways to cut them.</summary>
internal static class Bytes
{
    /// <summary>One byte a character, so that "\x80" is the byte 0x80.</summary>
    internal static byte[] Of(string text) => Encoding.Latin1.GetBytes(text);

    internal static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    internal static string Text(in ReadOnlySequence<byte> bytes) => Encoding.Latin1.GetString(bytes.ToArray());

    /// <summary>One sequence of several segments; empty pieces become empty segments.</summary>
    internal static ReadOnlySequence<byte> Segments(params IReadOnlyList<byte[]> pieces)
    {
        Segment first = new(pieces[0], 0);
        Segment last = first;
        foreach (byte[] piece in pieces.Skip(1))
        {
            last = last.Append(piece);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>Each byte a segment of its own.</summary>
    internal static byte[][] Singly(byte[] bytes) => [.. bytes.Select(b => new[] { b })];

    /// <summary>Every way to cut in two; of long inputs a seeded choice.</summary>
    internal static IEnumerable<byte[][]> CutInTwo(byte[] bytes)
    {
        IEnumerable<int> places = Enumerable.Range(0, bytes.Length + 1);
        if (bytes.Length > 1500)
        {
            Random random = new(bytes.Length);
            places = Enumerable.Range(0, 40).Select(_ => random.Next(bytes.Length + 1)).Concat([1, bytes.Length - 1]);
        }

        return places.Select(at => new[] { bytes[..at], bytes[at..] });
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        internal Segment(byte[] bytes, long runningIndex)
        {
            Memory = bytes;
            RunningIndex = runningIndex;
        }

        internal Segment Append(byte[] bytes)
        {
            Segment next = new(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
