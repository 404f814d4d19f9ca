using System.IO.Pipelines;

namespace PipeProxy.Core.Tests.Transport.Hostile;

/// <summary>
/// Takes what is written in small buffers that are overwritten once they are flushed, hands it on in the plan's pieces
/// and late, and reads memory given to WriteAsync as late as it may.
/// </summary>
internal sealed class HostileOutput(PipeWriter inner, HostilePlan plan, HostileFailures failures) : PipeWriter
{
    private readonly Lock _gate = new();
    private readonly List<byte> _unflushed = [];
    private byte[] _buffer = [];
    private bool _flushing;
    private bool _completed;
    private Action? _afterFlush;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed.Count;

    public bool IsFlushing
    {
        get
        {
            lock (_gate)
            {
                return _flushing;
            }
        }
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        CheckWritable("GetMemory");
        _buffer.AsSpan().Fill(0xDD);
        _buffer = new byte[Math.Max(1, sizeHint) + plan.NextSize(8) - 1];
        _buffer.AsSpan().Fill(0xCC);
        return _buffer;
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        CheckWritable("Advance");
        if ((uint)bytes > (uint)_buffer.Length)
        {
            throw failures.Report("Advance beyond the buffer");
        }

        _unflushed.AddRange(_buffer.AsSpan(0, bytes));
        _buffer.AsSpan().Fill(0xDD);
        _buffer = [];
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        Begin("FlushAsync", default, cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        Begin("WriteAsync", source, cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => Finish(() => inner.Complete(exception));

    /// <summary>Runs <paramref name="end"/> after everything flushed was handed on; nothing can be written any more.</summary>
    public void Finish(Action end)
    {
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            if (_unflushed.Count > 0)
            {
                throw failures.Report("the output is ended with unflushed bytes");
            }

            _completed = true;
            if (_flushing)
            {
                _afterFlush = end;
                return;
            }
        }

        end();
    }

    private void CheckWritable(string what)
    {
        lock (_gate)
        {
            if (_flushing)
            {
                throw failures.Report($"{what} while a flush is under way");
            }

            if (_completed)
            {
                throw failures.Report($"{what} after the output was ended");
            }
        }
    }

    private ValueTask<FlushResult> Begin(string what, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        CheckWritable(what);
        byte[] buffered = [.. _unflushed];
        _unflushed.Clear();
        lock (_gate)
        {
            _flushing = true;
        }

        return HandOnAsync(buffered, source, cancellationToken);
    }

    private async ValueTask<FlushResult> HandOnAsync(byte[] buffered, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        try
        {
            byte[] promised = source.ToArray();
            FlushResult result = await HandOnAsync(buffered, cancellationToken);
            if (!result.IsCompleted && !source.IsEmpty)
            {
                result = await HandOnAsync(source, cancellationToken);
            }

            if (plan.IsLate())
            {
                await plan.Turns.NextAsync();
            }

            if (!source.Span.SequenceEqual(promised))
            {
                throw failures.Report("memory given to WriteAsync was changed before it completed");
            }

            return result;
        }
        finally
        {
            Action? end;
            lock (_gate)
            {
                _flushing = false;
                end = _afterFlush;
                _afterFlush = null;
            }

            end?.Invoke();
        }
    }

    private async ValueTask<FlushResult> HandOnAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        FlushResult result;
        do
        {
            if (plan.IsLate())
            {
                await plan.Turns.NextAsync();
            }

            int piece = bytes.IsEmpty ? 0 : plan.NextPiece(bytes.Length);
            result = await inner.WriteAsync(bytes[..piece], cancellationToken);
            bytes = bytes[piece..];
        }
        while (!bytes.IsEmpty && !result.IsCompleted);
        return result;
    }
}
