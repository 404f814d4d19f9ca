using System.Buffers;
using System.IO.Pipelines;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Tests.Transport;

/// <summary>A scripted peer over the other end of an in-process connection.</summary>
internal sealed class ConnectionPeer(Connection connection) : ScriptedPeer
{
    public override void ShutdownSend() => connection.ShutdownSend();

    public override void Abort() => connection.Abort();

    public override void Dispose() => connection.Dispose();

    protected override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        ReadResult result = await connection.Input.ReadAsync();
        ReadOnlySequence<byte> part = result.Buffer.Slice(0, Math.Min(buffer.Length, result.Buffer.Length));
        int length = (int)part.Length;
        part.CopyTo(buffer.Span);
        connection.Input.AdvanceTo(part.End);
        return length;
    }

    protected override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        FlushResult result = await connection.Output.WriteAsync(bytes);
        if (result.IsCompleted && !bytes.IsEmpty && connection.IsPeerClosed)
        {
            throw new IOException("The other side has gone.");
        }
    }
}
