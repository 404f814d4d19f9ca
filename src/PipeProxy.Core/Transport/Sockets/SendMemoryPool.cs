using System.Buffers;

namespace PipeProxy.Core.Transport.Sockets;

/// <summary>
/// The memory of one connection's send pipe. Its arrays come from and go back to the shared pool, but for one case:
/// memory that a writer may still hold when the pipe ends is left to the garbage collector.
/// </summary>
/// <remarks>
/// The socket package completes both ends of the send pipe as soon as a send fails, on whatever thread it fails,
/// while the connection's user may be between GetSpan and Advance. The pipe then gives back memory that is being
/// written to; in the shared pool that memory would next be another connection's. An idle connection holds no array.
/// </remarks>
internal sealed class SendMemoryPool : MemoryPool<byte>
{
    private Block? _free;
    private volatile SocketsOutput? _writer;

    /// <summary>A pipe may ask for any size: all of it is rented here.</summary>
    public override int MaxBufferSize => Array.MaxLength;

    /// <summary>Who knows whether memory is held. Set before the first write.</summary>
    public void Watch(SocketsOutput writer) => _writer = writer;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        // No lock of ours: the pipe rents and gives back under its own.
        Block block = _free ?? new Block(this);
        _free = block.Next;
        block.Next = null;
        block.Array = ArrayPool<byte>.Shared.Rent(minBufferSize <= 0 ? 4096 : minBufferSize);
        return block;
    }

    private void Return(Block block, byte[] array)
    {
        // A full fence: the pipe was marked complete before this; a writer marks itself before it looks at that mark.
        Interlocked.MemoryBarrier();
        if (_writer is not { MayHoldLostMemory: true })
        {
            ArrayPool<byte>.Shared.Return(array);
        }

        block.Next = _free;
        _free = block;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(SendMemoryPool pool) : IMemoryOwner<byte>
    {
        private byte[]? _array;

        public Block? Next { get; set; }

        public byte[]? Array
        {
            set => _array = value;
        }

        public Memory<byte> Memory => _array;

        public void Dispose()
        {
            if (_array is { } array)
            {
                _array = null;
                pool.Return(this, array);
            }
        }
    }
}
