using System.Net;

namespace PipeProxy.Core.Transport;

/// <summary>
/// What one event loop owns: timers and the connector. Code on the request path resumes nowhere but on its worker;
/// other threads come in by <see cref="Post"/>. (Upstream pools and statistics are kept a stripe a worker by
/// <see cref="Index"/>.)
/// </summary>
public abstract class Worker(int index)
{
    /// <summary>0-based number of this worker, dense, for arrays with a stripe a worker.</summary>
    public int Index { get; } = index;

    /// <summary>Deadlines of this worker.</summary>
    public abstract WorkerTimers Timers { get; }

    /// <summary>Runs <paramref name="callback"/> on this worker, soon. Any thread.</summary>
    public abstract void Post(Action<object?> callback, object? state);

    /// <summary>
    /// Opens a TCP connection. Ends with a connection, or throws <see cref="System.Net.Sockets.SocketException"/>
    /// (<c>TimedOut</c> when <paramref name="timeoutMilliseconds"/> pass first). Never leaks a descriptor.
    /// </summary>
    public abstract ValueTask<Connection> ConnectAsync(IPEndPoint endPoint, int timeoutMilliseconds);
}
