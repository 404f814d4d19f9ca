using System.Net;
using System.Net.Sockets;

namespace PipeProxy.Core.Transport.Sockets;

/// <summary>
/// Accepts TCP connections on one address. Nothing shares the port: it is bound without SO_REUSEPORT, so a port
/// that is in use, be it only for IPv4, is an error here.
/// </summary>
public sealed class SocketsListener : IAsyncDisposable
{
    /// <summary>Connections the kernel may hold; net.core.somaxconn cuts it.</summary>
    private const int Backlog = 4096;

    /// <summary>How long accepting rests where descriptors or memory have run out.</summary>
    private const int RestMilliseconds = 100;

    /// <summary>Bound on what <see cref="StopAsync"/> still takes in, were connections to come without end.</summary>
    private const int DrainCount = 2 * Backlog;

    private readonly SocketsWorker _worker;
    private readonly ConnectionLimit? _limit;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Action<Connection>? _accepted;
    private Action<SocketError>? _failed;
    private TaskCompletionSource? _wait;
    private Task? _loop;
    private bool _paused;

    internal SocketsListener(SocketsWorker worker, ListenAddress address, ConnectionLimit? limit)
    {
        _worker = worker;
        _limit = limit;
        _socket = BindSocket(address);
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
    }

    /// <summary>What is bound, with the port that the system chose for port 0.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>
    /// Begins to accept. <paramref name="accepted"/> owns each connection from then on; it is called on the thread
    /// pool. <paramref name="failed"/> is told when accepting fails (out of descriptors), once until it works again.
    /// </summary>
    public void Start(Action<Connection> accepted, Action<SocketError>? failed = null)
    {
        lock (_gate)
        {
            if (_loop is not null || _stopping.IsCancellationRequested)
            {
                throw new InvalidOperationException("The listener has been started or stopped already.");
            }

            _accepted = accepted;
            _failed = failed;
            _loop = Task.Run(AcceptAsync);
        }
    }

    /// <summary>Leaves new connections in the kernel's queue; one that is under way may still come.</summary>
    public void PauseAccepting()
    {
        lock (_gate)
        {
            _paused = true;
        }
    }

    /// <summary>Accepts again.</summary>
    public void ResumeAccepting()
    {
        lock (_gate)
        {
            _paused = false;
        }

        WakeUp();
    }

    /// <summary>Accepts what the kernel's queue holds, over any limit, then closes. Idempotent.</summary>
    public async Task StopAsync()
    {
        Task? loop;
        lock (_gate)
        {
            loop = _loop;
        }

        if (!_stopping.IsCancellationRequested)
        {
            await _stopping.CancelAsync();
        }

        WakeUp();
        if (loop is not null)
        {
            await loop;
        }

        _socket.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private Socket BindSocket(ListenAddress address)
    {
        IPAddress host = address.Host ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        try
        {
            return BindSocket(host, address.Port, dualMode: address.Host is null || host.Equals(IPAddress.IPv6Any));
        }
        catch (SocketException e) when (address.Host is null && host.AddressFamily == AddressFamily.InterNetworkV6
            && e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            // The kernel knows IPv6 and has it disabled.
            host = IPAddress.Any;
        }
        catch (SocketException e)
        {
            throw new ListenException(address, e);
        }

        try
        {
            return BindSocket(host, address.Port, dualMode: false);
        }
        catch (SocketException e)
        {
            throw new ListenException(address, e);
        }
    }

    private Socket BindSocket(IPAddress host, int port, bool dualMode)
    {
        var socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (host.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = dualMode;
            }

            // What is accepted inherits these.
            _worker.SetOptions(socket);
            socket.Bind(new IPEndPoint(host, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task AcceptAsync()
    {
        bool failing = false;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await WaitForRoomAsync();
                HandOver(await _socket.AcceptAsync(_stopping.Token));
                failing = false;
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException e) when (IsOfOneConnection(e.SocketErrorCode))
            {
                // The client has gone while it was queued. Each such error takes one out of the queue: no spin.
            }
            catch (SocketException e)
            {
                if (!failing)
                {
                    failing = true;
                    _failed?.Invoke(e.SocketErrorCode);
                }

                await RestAsync();
            }
        }

        Drain();
    }

    /// <summary>accept(2): errors that are already pending on the new connection.</summary>
    private static bool IsOfOneConnection(SocketError error) => error is SocketError.ConnectionAborted
        or SocketError.ConnectionReset or SocketError.NetworkDown or SocketError.NetworkUnreachable
        or SocketError.HostDown or SocketError.HostUnreachable or SocketError.ProtocolOption
        or SocketError.OperationNotSupported or SocketError.TimedOut;

    private async ValueTask WaitForRoomAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Task wait;
            bool full;
            lock (_gate)
            {
                full = _limit is { IsFull: true };
                if (!_paused && !full)
                {
                    return;
                }

                _wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _wait.Task;
            }

            if (full)
            {
                _limit!.WhenFree(WakeUp);
            }

            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            await wait;
        }
    }

    private async ValueTask RestAsync()
    {
        var wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _wait = wait;
        }

        var deadline = new Deadline(_worker.Timers, static wait => ((TaskCompletionSource)wait).TrySetResult(), wait);
        deadline.Set(RestMilliseconds);
        if (!_stopping.IsCancellationRequested)
        {
            await wait.Task;
        }

        deadline.Remove();
    }

    private void WakeUp()
    {
        TaskCompletionSource? wait;
        lock (_gate)
        {
            wait = _wait;
            _wait = null;
        }

        wait?.TrySetResult();
    }

    private void HandOver(Socket socket)
    {
        _limit?.Enter();
        SocketsConnection connection;
        try
        {
            connection = SocketsConnection.Accepted(_worker, socket, _limit);
        }
        catch (SocketException)
        {
            // Reset while it was queued: it has no peer's address any more.
            socket.Dispose();
            _limit?.Leave();
            return;
        }

        // Not on this thread: one client's first request is no reason for the next client to wait.
        ThreadPool.UnsafeQueueUserWorkItem(
            static work => work._accepted(work.connection), (_accepted: _accepted!, connection), preferLocal: false);
    }

    private void Drain()
    {
        _socket.Blocking = false;
        for (int i = 0; i < DrainCount; i++)
        {
            try
            {
                HandOver(_socket.Accept());
            }
            catch (SocketException e) when (IsOfOneConnection(e.SocketErrorCode))
            {
            }
            catch (SocketException)
            {
                return;
            }
        }
    }
}
