using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace PipeProxy.Core.Transport.Memory;

/// <summary>The writing end of a pipe that says completed, and waits no more, once the connection is broken.</summary>
internal sealed class MemoryOutput(PipeWriter inner) : PipeWriter
{
    private volatile bool _broken;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void Advance(int bytes) => inner.Advance(bytes);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        Seen(await inner.FlushAsync(cancellationToken));

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
