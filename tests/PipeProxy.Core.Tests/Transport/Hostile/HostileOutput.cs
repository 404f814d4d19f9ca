using System.IO.Pipelines;

namespace PipeProxy.Core.Tests.Transport.Hostile;

/// <summary>
/// Takes what is written in small buffers that are overwritten once they are flushed, hands it on in the plan's pieces
/// and late, and reads memory given to WriteAsync as late as it may. A flush may complete before its bytes are out.
/// </summary>
internal sealed class HostileOutput(PipeWriter inner, HostilePlan plan, HostileFailures failures) : PipeWriter
{
    /// <summary>So much may be under way behind a flush that has completed.</summary>
    private const int BufferBytes = 32 * 1024;

    private readonly Lock _gate = new();
    private readonly List<byte> _unflushed = [];
    private readonly List<byte> _unsent = [];
    private byte[] _buffer = [];
    private bool _flushing;
    private bool _completed;
    private bool _handingOn;
    private bool _canceled;
    private volatile bool _gone;
    private Task _handedOn = Task.CompletedTask;
    private Action? _end;

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

    /// <summary>Bytes behind a completed flush that are not out yet.</summary>
    public long UnsentBytes
    {
        get
        {
            lock (_gate)
            {
                return _unsent.Count;
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
            _end = end;
        }

        EndWhenDone();
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
        bool early = plan.IsEarly();
        bool start;
        lock (_gate)
        {
            _flushing = true;
            _unsent.AddRange(buffered);
            early &= _unsent.Count + source.Length < BufferBytes;
            if (early)
            {
                _unsent.AddRange(source.Span);
            }

            start = !_handingOn;
            _handingOn = true;
        }

        if (start)
        {
            _handedOn = HandOnAsync();
        }

        return FlushAsync(early, source, cancellationToken);
    }

    private async ValueTask<FlushResult> FlushAsync(bool early, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        try
        {
            if (!early)
            {
                byte[] promised = source.ToArray();
                await _handedOn;
                await HandOnAsync(source, cancellationToken);
                if (!source.Span.SequenceEqual(promised))
                {
                    throw failures.Report("memory given to WriteAsync was changed before it completed");
                }
            }

            if (plan.IsLate())
            {
                await plan.Turns.NextAsync();
            }

            lock (_gate)
            {
                return new FlushResult(isCanceled: _canceled, isCompleted: _gone);
            }
        }
        finally
        {
            lock (_gate)
            {
                _flushing = false;
                _canceled = false;
            }

            EndWhenDone();
        }
    }

    /// <summary>Hands on what was flushed, until nothing is left.</summary>
    private async Task HandOnAsync()
    {
        while (true)
        {
            byte[] bytes;
            lock (_gate)
            {
                if (_gone)
                {
                    _unsent.Clear();
                }

                if (_unsent.Count == 0)
                {
                    _handingOn = false;
                    break;
                }

                bytes = [.. _unsent];
            }

            await HandOnAsync(bytes, CancellationToken.None);
            lock (_gate)
            {
                _unsent.RemoveRange(0, Math.Min(bytes.Length, _unsent.Count));
            }
        }

        EndWhenDone();
    }

    private async Task HandOnAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty && !_gone)
        {
            if (plan.IsLate())
            {
                await plan.Turns.NextAsync();
            }

            int piece = plan.NextPiece(bytes.Length);
            FlushResult result = await inner.WriteAsync(bytes[..piece], cancellationToken);
            lock (_gate)
            {
                _gone |= result.IsCompleted;
                _canceled |= result.IsCanceled;
            }

            bytes = bytes[piece..];
        }
    }

    private void EndWhenDone()
    {
        Action? end;
        lock (_gate)
        {
            if (_flushing || _handingOn)
            {
                return;
            }

            end = _end;
            _end = null;
        }

        end?.Invoke();
    }
}
