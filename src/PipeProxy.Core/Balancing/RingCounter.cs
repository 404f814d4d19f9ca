using System.Runtime.InteropServices;

namespace PipeProxy.Core.Balancing;

/// <summary>
/// Draws the slots of a <see cref="BackendRing"/>. It belongs to the service, not to a ring, so that a new set of
/// backends goes on where the last one was. Alone on its cache lines: every worker adds to it.
/// </summary>
internal sealed class RingCounter
{
    private Padded _state;

    /// <summary>The next number, from 0 on. Any thread.</summary>
    public ulong Next() => (ulong)Interlocked.Increment(ref _state.Value) - 1;

    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Padded
    {
        [FieldOffset(64)]
        public long Value;
    }
}
