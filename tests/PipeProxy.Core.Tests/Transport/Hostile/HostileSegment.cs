using System.Buffers;

namespace PipeProxy.Core.Tests.Transport.Hostile;

/// <summary>One lent piece of input, with foreign bytes around it; taken back by overwriting it.</summary>
internal sealed class HostileSegment : ReadOnlySequenceSegment<byte>
{
    private const int Margin = 3;
    private readonly byte[] _array;

    public HostileSegment(ReadOnlySpan<byte> bytes, HostileSegment? previous)
    {
        _array = new byte[bytes.Length + (2 * Margin)];
        _array.AsSpan().Fill(0xDD);
        bytes.CopyTo(_array.AsSpan(Margin));
        Memory = _array.AsMemory(Margin, bytes.Length);
        if (previous is not null)
        {
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }

    public void TakeBack() => _array.AsSpan().Fill(0xDD);
}
