using System.IO.Pipelines;
using System.Net;
using PipeProxy.Core.Transport;
using PipeProxy.Core.Transport.Memory;

namespace PipeProxy.Core.Tests.Transport.Memory;

public sealed class MemoryConnectionTests
{
    [Fact]
    public async Task CreatePair_TwoWorkers_EachEndResumesOnItsOwn()
    {
        var workerA = new CountingWorker();
        var workerB = new CountingWorker();
        var (a, b) = MemoryConnection.CreatePair(workerA, workerB);
        Assert.Same(workerA, a.Worker);
        Assert.Same(workerB, b.Worker);
        Task<ReadResult> read = b.Input.ReadAsync().AsTask();
        Assert.Equal(0, workerB.Posts);
        await a.Output.WriteAsync("x"u8.ToArray());
        await read;
        Assert.Equal(1, workerB.Posts);
        Assert.Equal(0, workerA.Posts);
    }

    [Fact]
    public async Task Input_DisposedOnTheOtherSide_KeepsWhatWasWritten()
    {
        var worker = new CountingWorker();
        var (a, b) = MemoryConnection.CreatePair(worker, worker);
        await a.Output.WriteAsync("whole"u8.ToArray());
        a.Dispose();
        ReadResult read = await b.Input.ReadAsync();
        Assert.Equal(5, read.Buffer.Length);
        Assert.True(read.IsCompleted);
        Assert.False(b.IsAborted);
        Assert.True(b.IsPeerClosed);
        b.Dispose();
    }

    [Fact]
    public void EndPoints_InMemory_AreNone()
    {
        var worker = new CountingWorker();
        var (a, b) = MemoryConnection.CreatePair(worker, worker);
        Assert.Null(a.LocalEndPoint);
        Assert.Null(b.RemoteEndPoint);
    }

    private sealed class CountingWorker() : Worker(index: 0)
    {
        private int _posts;

        public int Posts => Volatile.Read(ref _posts);

        public override WorkerTimers Timers { get; } = new(TimeProvider.System);

        public override void Post(Action<object?> callback, object? state)
        {
            Interlocked.Increment(ref _posts);
            ThreadPool.UnsafeQueueUserWorkItem(callback, state, preferLocal: false);
        }

        public override ValueTask<Connection> ConnectAsync(IPEndPoint endPoint, int timeoutMilliseconds) =>
            throw new NotSupportedException();
    }
}
