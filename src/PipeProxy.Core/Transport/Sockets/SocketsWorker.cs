using System.Net;
using System.Net.Sockets;

namespace PipeProxy.Core.Transport.Sockets;

/// <summary>
/// The one worker of the sockets transport. It is no single thread: its parts are thread-safe, and code on the request
/// path resumes on the thread that received, the thread pool's, or the timer's.
/// </summary>
internal sealed class SocketsWorker : Worker, IDisposable
{
    private readonly int _keepAliveSeconds;
    private readonly ManualResetEvent _stopped = new(initialState: false);
    private readonly Thread _ticker;

    public SocketsWorker(TimeProvider clock, int keepAliveSeconds)
        : base(index: 0)
    {
        _keepAliveSeconds = keepAliveSeconds;
        Timers = new WorkerTimers(clock);
        // A thread of its own: deadlines are what saves an overloaded proxy, so they don't queue behind the load.
        _ticker = new Thread(RunTimers) { IsBackground = true, Name = "PipeProxy timers" };
        _ticker.Start();
    }

    public override WorkerTimers Timers { get; }

    public override void Post(Action<object?> callback, object? state) =>
        ThreadPool.UnsafeQueueUserWorkItem(callback, state, preferLocal: false);

    public override async ValueTask<Connection> ConnectAsync(IPEndPoint endPoint, int timeoutMilliseconds)
    {
        var attempt = new ConnectAttempt(endPoint.AddressFamily);
        var deadline = new Deadline(Timers, static owner => ((ConnectAttempt)owner).TimeOut(), attempt);
        try
        {
            SetOptions(attempt.Socket);
            deadline.Set(timeoutMilliseconds);
            await attempt.Socket.ConnectAsync(endPoint);
            if (!attempt.TryFinish())
            {
                throw new SocketException((int)SocketError.TimedOut);
            }

            if (IsConnectedToItself(attempt.Socket))
            {
                throw new SocketException((int)SocketError.ConnectionRefused);
            }

            return SocketsConnection.Connected(this, attempt.Socket);
        }
        catch (Exception e)
        {
            attempt.Socket.Dispose();
            if (attempt.HasTimedOut && e is not SocketException { SocketErrorCode: SocketError.TimedOut })
            {
                throw new SocketException((int)SocketError.TimedOut);
            }

            throw;
        }
        finally
        {
            deadline.Remove();
        }
    }

    public void Dispose()
    {
        _stopped.Set();
        if (Thread.CurrentThread != _ticker)
        {
            _ticker.Join();
        }
    }

    /// <summary>No waiting for full segments; a peer that has vanished is found by a few keep-alive probes.</summary>
    internal void SetOptions(Socket socket)
    {
        socket.NoDelay = true;
        if (_keepAliveSeconds <= 0)
        {
            return;
        }

        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, _keepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, _keepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }

    /// <summary>A local port that nobody listens on may be drawn as our own: TCP's simultaneous open with itself.</summary>
    private static bool IsConnectedToItself(Socket socket) => Equals(socket.LocalEndPoint, socket.RemoteEndPoint);

    private void RunTimers()
    {
        while (!_stopped.WaitOne(WorkerTimers.TickMilliseconds))
        {
            Timers.Tick();
        }
    }

    private sealed class ConnectAttempt(AddressFamily family)
    {
        private int _state;

        public Socket Socket { get; } = new(family, SocketType.Stream, ProtocolType.Tcp);

        public bool HasTimedOut => Volatile.Read(ref _state) == 2;

        public bool TryFinish() => Interlocked.CompareExchange(ref _state, 1, 0) == 0;

        public void TimeOut()
        {
            if (Interlocked.CompareExchange(ref _state, 2, 0) == 0)
            {
                Socket.Dispose();
            }
        }
    }
}
