using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace PipeProxy.Core.Http;

/// <summary>
/// One contiguous run of bytes in pooled memory, rented on first use. Growing keeps the smaller arrays until
/// <see cref="Release"/>: spans into them stay valid. Part of one owner, never copied.
/// </summary>
internal struct HeadBuffer()
{
    private byte[] _bytes = [];
    private byte[][] _outgrown = [];
    private int _outgrownCount;

    /// <summary>How many bytes are in it.</summary>
    internal int Used { get; private set; }

    internal readonly ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Used);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly ReadOnlySpan<byte> At(int start, int length) => _bytes.AsSpan(start, length);

    /// <summary>Adds a copy; <paramref name="bytes"/> may be a part of this buffer.</summary>
    internal void Append(ReadOnlySpan<byte> bytes)
    {
        EnsureRoom(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Used));
        Used += bytes.Length;
    }

    /// <summary>Makes sure that <paramref name="more"/> bytes can be added without growing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void EnsureRoom(int more)
    {
        if (_bytes.Length - Used < more)
        {
            Grow(more);
        }
    }

    /// <summary>Forgets the bytes from <paramref name="length"/> on.</summary>
    internal void Truncate(int length) => Used = length;

    /// <summary>Gives all memory back.</summary>
    internal void Release()
    {
        Used = 0;
        if (_bytes.Length != 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }

        while (_outgrownCount > 0)
        {
            ArrayPool<byte>.Shared.Return(_outgrown[--_outgrownCount]);
        }
    }

    private void Grow(int more)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)BitOperations.RoundUpToPowerOf2((uint)(Used + more)));
        Bytes.CopyTo(larger);
        if (_bytes.Length != 0)
        {
            if (_outgrownCount == _outgrown.Length)
            {
                Array.Resize(ref _outgrown, Math.Max(4, _outgrown.Length * 2));
            }

            _outgrown[_outgrownCount++] = _bytes;
        }

        _bytes = larger;
    }
}
