using System.IO.Pipelines;
using Pipelines.Sockets.Unofficial;

namespace PipeProxy.Core.Transport.Sockets;

/// <summary>
/// The package's output with the manners of a pipe whose reader has gone: after the connection has failed, writes go
/// nowhere and <see cref="FlushAsync"/> says completed. (The package completes the writer itself, so that a write that
/// merely comes too late would throw, or worse: see <see cref="SendMemoryPool"/>.)
/// </summary>
internal sealed class SocketsOutput(SocketConnection pipes) : PipeWriter
{
    private readonly PipeWriter _inner = pipes.Output;
    private byte[]? _scratch;
    private bool _discarding;
    private bool _completed;
    private volatile bool _aborted;
    private int _holding;
    private long _written;
    private long _unflushed;

    /// <summary>True while the pipe may end, or has ended, under memory that the user has not given back.</summary>
    public bool MayHoldLostMemory => Volatile.Read(ref _holding) != 0 && HasEnded;

    /// <summary>True while bytes written here have not been taken by the kernel.</summary>
    public bool HasUnsent => UnsentBytes != 0;

    /// <summary>How many those are.</summary>
    public long UnsentBytes => Volatile.Read(ref _written) - pipes.BytesSent;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    private bool HasFailedToSend => pipes.ShutdownKind is PipeShutdownKind.WriteSocketError
        or PipeShutdownKind.WriteDisposed or PipeShutdownKind.WriteIOException or PipeShutdownKind.WriteException;

    private bool HasEnded => _aborted || pipes.ShutdownKind != PipeShutdownKind.None;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_holding == 0)
        {
            // A full fence: see SendMemoryPool.Return.
            Interlocked.Exchange(ref _holding, 1);
        }

        try
        {
            Memory<byte> memory = _inner.GetMemory(sizeHint);
            // The pipe's end on another thread may leave the field that this was read from half cleared.
            if (!memory.Span.IsEmpty && memory.Length >= sizeHint)
            {
                return memory;
            }
        }
        catch (InvalidOperationException) when (HasEnded && !_completed)
        {
        }

        _discarding = true;
        if (_scratch is null || _scratch.Length < sizeHint)
        {
            _scratch = new byte[Math.Max(sizeHint, 4096)];
        }

        return _scratch;
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        _unflushed += bytes;
        Volatile.Write(ref _written, _written + bytes);
        if (_discarding)
        {
            return;
        }

        try
        {
            _inner.Advance(bytes);
        }
        catch (ArgumentOutOfRangeException) when (HasEnded)
        {
            _discarding = true;
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Release();
        if (_discarding || _aborted)
        {
            return Gone;
        }

        try
        {
            return Checked(_inner.FlushAsync(cancellationToken));
        }
        catch (Exception) when (HasEnded && !_completed)
        {
            return Gone;
        }
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        Release();
        Volatile.Write(ref _written, _written + source.Length);
        if (_discarding || _aborted)
        {
            return Gone;
        }

        try
        {
            return Checked(_inner.WriteAsync(source, cancellationToken));
        }
        catch (Exception) when (HasEnded && !_completed)
        {
            return Gone;
        }
    }

    public override void CancelPendingFlush() => _inner.CancelPendingFlush();

    /// <summary>Sends what was written, then FIN.</summary>
    public override void Complete(Exception? exception = null)
    {
        _completed = true;
        _inner.Complete();
    }

    /// <summary>From here on nothing is sent. Any thread.</summary>
    public void Abort() => _aborted = true;

    private static ValueTask<FlushResult> Gone => new(new FlushResult(isCanceled: false, isCompleted: true));

    /// <summary>The pipe makes its result before the bytes are sent: a send that failed in this very call is in here.</summary>
    private ValueTask<FlushResult> Checked(ValueTask<FlushResult> flush)
    {
        if (!HasFailedToSend || !flush.IsCompletedSuccessfully)
        {
            return flush;
        }

        _ = flush.Result;
        return Gone;
    }

    private void Release()
    {
        _unflushed = 0;
        Volatile.Write(ref _holding, 0);
    }
}
