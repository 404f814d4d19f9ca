using System.Buffers;
using System.IO.Pipelines;

namespace PipeProxy.Core.Tests.Transport.Hostile;

/// <summary>
/// Delivers what the inner reader has in the plan's pieces, in memory that moves from read to read; what was lent is
/// overwritten as soon as it is advanced over.
/// </summary>
internal sealed class HostileInput(PipeReader inner, HostilePlan plan, HostileFailures failures, bool mayComplete) : PipeReader
{
    private readonly Lock _gate = new();
    private readonly List<HostileSegment> _lent = [];
    private readonly List<byte> _fetched = [];
    private byte[] _held = [];
    private int _heldExamined;
    private bool _isLent;
    private bool _reading;
    private bool _ended;
    private bool _cancel;
    private bool _completed;

    /// <summary>True between a read's result and AdvanceTo.</summary>
    public bool IsLent
    {
        get
        {
            lock (_gate)
            {
                return _isLent;
            }
        }
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        BeginRead();
        return ReadLateAsync(cancellationToken);
    }

    public override bool TryRead(out ReadResult result)
    {
        BeginRead();
        try
        {
            if (NeedsMore() && inner.TryRead(out ReadResult more))
            {
                Fetch(more);
            }

            if (NeedsMore())
            {
                result = default;
                return false;
            }

            result = Lend();
            return true;
        }
        finally
        {
            EndRead();
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        lock (_gate)
        {
            if (!_isLent)
            {
                throw failures.Report("AdvanceTo without a read");
            }

            long consumedAt = OffsetOf(consumed, "consumed");
            long examinedAt = OffsetOf(examined, "examined");
            if (examinedAt < consumedAt)
            {
                throw failures.Report("examined lies before consumed");
            }

            byte[] all = [.. _lent.SelectMany(s => s.Memory.ToArray())];
            _held = all[(int)consumedAt..];
            _heldExamined = (int)(examinedAt - consumedAt);
            foreach (HostileSegment segment in _lent)
            {
                segment.TakeBack();
            }

            _lent.Clear();
            _isLent = false;
        }
    }

    public override void CancelPendingRead()
    {
        lock (_gate)
        {
            _cancel = true;
        }

        inner.CancelPendingRead();
    }

    public override void Complete(Exception? exception = null)
    {
        if (!mayComplete)
        {
            throw failures.Report("Input.Complete on a connection that may go back to a pool");
        }

        _completed = true;
        inner.Complete(exception);
    }

    private async ValueTask<ReadResult> ReadLateAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (plan.IsLate())
            {
                await plan.Turns.NextAsync();
            }

            while (NeedsMore())
            {
                Fetch(await inner.ReadAsync(cancellationToken));
            }

            if (plan.IsLate())
            {
                await plan.Turns.NextAsync();
            }

            return Lend();
        }
        finally
        {
            EndRead();
        }
    }

    private void BeginRead()
    {
        lock (_gate)
        {
            if (_completed)
            {
                throw failures.Report("a read after Input.Complete");
            }

            if (_isLent)
            {
                throw failures.Report("a read before AdvanceTo of the last one");
            }

            if (_reading)
            {
                throw failures.Report("two reads outstanding");
            }

            _reading = true;
        }
    }

    private void EndRead()
    {
        lock (_gate)
        {
            _reading = false;
        }
    }

    private bool NeedsMore()
    {
        lock (_gate)
        {
            return _held.Length <= _heldExamined && _fetched.Count == 0 && !_ended && !_cancel;
        }
    }

    private void Fetch(ReadResult more)
    {
        lock (_gate)
        {
            foreach (ReadOnlyMemory<byte> memory in more.Buffer)
            {
                _fetched.AddRange(memory.Span);
            }

            _ended |= more.IsCompleted;
            _cancel |= more.IsCanceled;
        }

        inner.AdvanceTo(more.Buffer.End);
    }

    private ReadResult Lend()
    {
        lock (_gate)
        {
            // Unexamined bytes may be shown again with nothing new.
            bool mustGrow = _held.Length <= _heldExamined;
            int piece = _fetched.Count > 0 && (mustGrow || plan.Flip()) ? plan.NextPiece(_fetched.Count) : 0;
            byte[] bytes = [.. _held, .. _fetched.Take(piece)];
            _fetched.RemoveRange(0, piece);
            bool completed = _ended && _fetched.Count == 0 && (piece == 0 || plan.Flip());
            bool canceled = _cancel;
            _cancel = false;

            HostileSegment? last = null;
            for (int at = 0; at < bytes.Length || last is null;)
            {
                int size = Math.Min(bytes.Length - at, plan.NextSize(plan.MaximumPiece));
                last = new HostileSegment(bytes.AsSpan(at, size), last);
                _lent.Add(last);
                at += size;
            }

            _isLent = true;
            return new ReadResult(new ReadOnlySequence<byte>(_lent[0], 0, last, last.Memory.Length), canceled, completed);
        }
    }

    private long OffsetOf(SequencePosition position, string name)
    {
        int index = _lent.FindIndex(s => ReferenceEquals(s, position.GetObject()));
        if (index < 0 || position.GetInteger() > _lent[index].Memory.Length)
        {
            throw failures.Report($"{name} is no position of the last read");
        }

        return _lent[index].RunningIndex + position.GetInteger();
    }
}
