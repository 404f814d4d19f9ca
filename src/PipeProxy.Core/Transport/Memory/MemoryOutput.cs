using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace PipeProxy.Core.Transport.Memory;

/// <summary>The writing end of a pipe that says completed, and waits no more, once the connection is broken.</summary>
internal sealed class MemoryOutput(PipeWriter inner) : PipeWriter
{
    private volatile bool _broken;
    private bool _discarding;
    private byte[]? _scratch;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        _discarding = _broken;
        if (!_discarding)
        {
            return inner.GetMemory(sizeHint);
        }

        if (_scratch is null || _scratch.Length < sizeHint)
        {
            _scratch = new byte[Math.Max(sizeHint, 4096)];
        }

        return _scratch;
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (!_discarding)
        {
            inner.Advance(bytes);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        Seen(_broken ? default : await inner.FlushAsync(cancellationToken));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        Seen(_broken ? default : await inner.WriteAsync(source, cancellationToken));

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete();

    /// <summary>A waiting flush ends, and every later one. Any thread.</summary>
    public void Break()
    {
        _broken = true;
        inner.CancelPendingFlush();
    }

    private FlushResult Seen(FlushResult result) => _broken ? new FlushResult(isCanceled: false, isCompleted: true) : result;
}
