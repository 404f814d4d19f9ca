using System.Net;
using PipeProxy.Core.Transport;

namespace PipeProxy.Admin.Transport;

/// <summary>Where the application's ends of connections resume: on the thread pool. It owns nothing.</summary>
internal sealed class ThreadPoolWorker : Worker
{
    private ThreadPoolWorker()
        : base(index: 0)
    {
    }

    public static ThreadPoolWorker Instance { get; } = new();

    /// <exception cref="NotSupportedException">Always: Kestrel keeps its own deadlines.</exception>
    public override WorkerTimers Timers => throw new NotSupportedException("The thread pool has no deadlines.");

    public override void Post(Action<object?> callback, object? state) =>
        ThreadPool.UnsafeQueueUserWorkItem(callback, state, preferLocal: false);

    /// <exception cref="NotSupportedException">Always.</exception>
    public override ValueTask<Connection> ConnectAsync(IPEndPoint endPoint, int timeoutMilliseconds) =>
        throw new NotSupportedException("The admin application opens no socket.");
}
