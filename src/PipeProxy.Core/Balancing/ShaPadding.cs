using System.Buffers.Binary;

namespace PipeProxy.Core.Balancing;

/// <summary>How a message of SHA-1 and SHA-256 ends: FIPS 180-4, section 5.1.1.</summary>
internal static class ShaPadding
{
    /// <summary>Bytes of a block.</summary>
    public const int Block = 64;

    /// <summary>Bytes of the longest end: what is left of the message, a one bit and the length may need two blocks.</summary>
    public const int Longest = 2 * Block;

    /// <summary>The last one or two blocks of <paramref name="data"/>, written to <paramref name="space"/>.</summary>
    /// <param name="data">The whole message.</param>
    /// <param name="space">At least <see cref="Longest"/> bytes, all zero.</param>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> data, Span<byte> space)
    {
        ReadOnlySpan<byte> rest = data[(data.Length - (data.Length % Block))..];
        rest.CopyTo(space);
        space[rest.Length] = 0x80;
        Span<byte> padded = space[..(rest.Length + 1 + sizeof(ulong) <= Block ? Block : Longest)];
        BinaryPrimitives.WriteUInt64BigEndian(padded[^sizeof(ulong)..], (ulong)data.Length * 8);
        return padded;
    }
}
