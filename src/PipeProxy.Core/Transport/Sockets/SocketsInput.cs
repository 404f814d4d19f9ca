using System.IO.Pipelines;

namespace PipeProxy.Core.Transport.Sockets;

/// <summary>
/// The package's input, which knows whether bytes of it are lent out: only then may the end of the connection not
/// return them to the shared pool.
/// </summary>
internal sealed class SocketsInput(PipeReader inner) : PipeReader
{
    private volatile bool _lent;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        _lent = true;
        return inner.ReadAsync(cancellationToken);
    }

    public override bool TryRead(out ReadResult result)
    {
        bool lent = _lent;
        _lent = true;
        bool read = inner.TryRead(out result);
        _lent = lent || read;
        return read;
    }

    public override void AdvanceTo(SequencePosition consumed)
    {
        // First the mark: what follows may run the receive loop, and its end, in here.
        _lent = false;
        inner.AdvanceTo(consumed);
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _lent = false;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <summary>Ends the receive side of the socket: for a connection that is not used again.</summary>
    public override void Complete(Exception? exception = null)
    {
        _lent = false;
        inner.Complete();
    }

    /// <summary>The connection is disposed: gives the memory back unless somebody still reads it.</summary>
    public void Release()
    {
        if (!_lent)
        {
            inner.Complete();
        }
    }
}
