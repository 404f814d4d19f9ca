using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace PipeProxy.Core.Transport.Memory;

/// <summary>
/// The reading end of a pipe that can be ended from this side too. The pipe's own ends stay with their owners: only
/// they complete them, so that no buffer goes back to the pool under somebody's hands.
/// </summary>
internal sealed class MemoryInput(PipeReader inner) : PipeReader
{
    private volatile bool _ended;
    private volatile string? _broken;
    private volatile bool _lent;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfBroken();
        if (_ended)
        {
            // Else the pipe would wait for bytes that may never come.
            inner.CancelPendingRead();
        }

        _lent = true;
        ReadResult result = await inner.ReadAsync(cancellationToken);
        return Seen(result);
    }

    public override bool TryRead(out ReadResult result)
    {
        ThrowIfBroken();
        if (_ended)
        {
            inner.CancelPendingRead();
        }

        bool lent = _lent;
        _lent = true;
        if (!inner.TryRead(out result))
        {
            _lent = lent;
            return false;
        }

        result = Seen(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed)
    {
        inner.AdvanceTo(consumed);
        _lent = false;
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        inner.AdvanceTo(consumed, examined);
        _lent = false;
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        _lent = false;
        inner.Complete();
    }

    /// <summary>What is here is still delivered, then it is over. Any thread.</summary>
    public void End()
    {
        _ended = true;
        inner.CancelPendingRead();
    }

    /// <summary>It is over at once. Any thread.</summary>
    public void Break(string reason)
    {
        _broken = reason;
        inner.CancelPendingRead();
    }

    /// <summary>The connection is disposed: gives the memory back unless somebody still reads it.</summary>
    public void Release()
    {
        if (!_lent)
        {
            inner.Complete();
        }
    }

    private ReadResult Seen(ReadResult result)
    {
        if (_broken is not null)
        {
            inner.AdvanceTo(result.Buffer.Start);
            _lent = false;
            ThrowIfBroken();
        }

        return _ended ? new ReadResult(result.Buffer, isCanceled: false, isCompleted: true) : result;
    }

    private void ThrowIfBroken()
    {
        if (_broken is { } reason)
        {
            throw new IOException(reason);
        }
    }
}
