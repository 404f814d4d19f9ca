using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Pipelines.Sockets.Unofficial;

namespace PipeProxy.Core.Transport.Sockets;

/// <summary>
/// A TCP connection over Pipelines.Sockets.Unofficial, everything inline: a read resumes on the thread that received,
/// a flush sends on the caller's thread and waits once 64 KiB are unsent.
/// </summary>
/// <remarks>
/// <para>
/// The package's Dispose is never called: it forces waiting operations to end while the kernel may still write into
/// their buffers. Closing the socket ends them as well, each when it is really over.
/// </para>
/// <para>
/// How it ends on the wire: <see cref="Abort"/> sends a reset, always. <see cref="Dispose"/> sends FIN when all that
/// was written has been handed to the kernel, else a reset, so that no peer can take a cut for an end.
/// </para>
/// <para>
/// A FIN behind bytes that the reader has not examined is seen late: on an accepted connection behind 64 KiB of them,
/// on a connection of ours behind any. There the pipe takes nothing new while old bytes wait, because the package
/// throws received bytes away when a reset follows them, and a backend that answers and resets has still answered.
/// </para>
/// </remarks>
internal sealed class SocketsConnection : Connection
{
    private const SocketConnectionOptions Inline = SocketConnectionOptions.InlineReads | SocketConnectionOptions.InlineWrites;
    private static readonly PipeOptions s_receiveAccepted = ReceiveOptions(64 * 1024, 32 * 1024);
    private static readonly PipeOptions s_receiveConnected = ReceiveOptions(1, 1);
    private static readonly LingerOption s_reset = new(enable: true, seconds: 0);
    private static readonly object s_told = new();

    private readonly Socket _socket;
    private readonly SocketConnection _pipes;
    private readonly SocketsInput _input;
    private readonly SocketsOutput _output;
    private readonly ConnectionLimit? _limit;
    private object? _listener;
    private volatile bool _peerClosed;
    private volatile bool _cut;
    private int _verdict;
    private int _shutdown;
    private int _aborted;
    private int _disposed;

    private SocketsConnection(Worker worker, Socket socket, PipeOptions receive, ConnectionLimit? limit)
        : base(worker)
    {
        _socket = socket;
        _limit = limit;
        LocalEndPoint = Plain(socket.LocalEndPoint);
        RemoteEndPoint = Plain(socket.RemoteEndPoint);
        var memory = new SendMemoryPool();
        _pipes = SocketConnection.Create(socket, SendOptions(memory), receive, Inline);
        _input = new SocketsInput(_pipes.Input);
        _output = new SocketsOutput(_pipes);
        memory.Watch(_output);
        // Obsolete because a general reader may not know of its writer. This one is a System.IO.Pipelines.Pipe, which
        // does, and nothing else tells of a FIN while nobody reads.
#pragma warning disable CS0618
        _pipes.Input.OnWriterCompleted(static (error, state) => ((SocketsConnection)state!).OnReceiveEnded(error), this);
#pragma warning restore CS0618
    }

    private enum Verdict
    {
        None,
        Fin,
        Reset,
    }

    public override PipeReader Input => _input;

    public override PipeWriter Output => _output;

    public override IPEndPoint? LocalEndPoint { get; }

    public override IPEndPoint? RemoteEndPoint { get; }

    public override bool IsPeerClosed => _peerClosed;

    public override bool HasPendingInput
    {
        get
        {
            try
            {
                return _socket.Available > 0;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    public override bool IsAborted => _cut || (_pipes.ShutdownKind != PipeShutdownKind.None && Judge() == Verdict.Reset);

    public override long UnsentBytes => _output.UnsentBytes;

    /// <summary>A connection that a client opened. It is counted in <paramref name="limit"/> until it is disposed.</summary>
    internal static SocketsConnection Accepted(Worker worker, Socket socket, ConnectionLimit? limit) =>
        new(worker, socket, s_receiveAccepted, limit);

    /// <summary>A connection that we opened.</summary>
    internal static SocketsConnection Connected(Worker worker, Socket socket) =>
        new(worker, socket, s_receiveConnected, limit: null);

    public override void SetPeerClosedListener(IPeerClosedListener? listener)
    {
        object? current = Volatile.Read(ref _listener);
        while (current != s_told)
        {
            object? seen = Interlocked.CompareExchange(ref _listener, listener, current);
            if (seen == current)
            {
                return;
            }

            current = seen;
        }

        listener?.OnPeerClosed(this);
    }

    public override void ShutdownSend()
    {
        if (Interlocked.Exchange(ref _shutdown, 1) == 0)
        {
            _output.Complete();
        }
    }

    public override void EndInput()
    {
        if (TcpState.HasPeerEnded(_socket))
        {
            // The end is in the kernel already, and it is the peer's own.
            return;
        }

        _cut = true;
        try
        {
            _socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    public override void Abort()
    {
        if (Interlocked.Exchange(ref _aborted, 1) == 0)
        {
            _cut = true;
            _output.Abort();
            CloseSocket(reset: true);
        }
    }

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        bool unsent = _output.HasUnsent;
        _cut = true;
        _output.Abort();
        CloseSocket(reset: unsent);
        _input.Release();
        ShutdownSend();
        _limit?.Leave();
    }

    private static PipeOptions ReceiveOptions(long pause, long resume) => new(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: pause,
        resumeWriterThreshold: resume,
        minimumSegmentSize: 8 * 1024,
        useSynchronizationContext: false);

    private static PipeOptions SendOptions(SendMemoryPool memory) => new(
        memory,
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 64 * 1024,
        resumeWriterThreshold: 32 * 1024,
        minimumSegmentSize: 8 * 1024,
        useSynchronizationContext: false);

    private static IPEndPoint? Plain(EndPoint? endPoint) =>
        endPoint is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped
            ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port)
            : endPoint as IPEndPoint;

    private void CloseSocket(bool reset)
    {
        try
        {
            if (reset)
            {
                _socket.LingerState = s_reset;
            }
            else
            {
                // Without it the runtime resets a socket that is closed under a waiting read.
                _socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }

        _socket.Dispose();
    }

    private void OnReceiveEnded(Exception? error)
    {
        if (_cut)
        {
            return;
        }

        if (error is null)
        {
            Judge();
        }

        // In this order: who has taken its listener away and was not told finds IsPeerClosed true.
        _peerClosed = true;
        (Interlocked.Exchange(ref _listener, s_told) as IPeerClosedListener)?.OnPeerClosed(this);
    }

    /// <summary>Whether an end of input was the peer's FIN or a reset that a failing send has hidden. Once.</summary>
    private Verdict Judge()
    {
        if (Volatile.Read(ref _verdict) == (int)Verdict.None)
        {
            Verdict verdict = _pipes.ShutdownKind switch
            {
                PipeShutdownKind.WriteSocketError => Verdict.Reset,
                PipeShutdownKind.ReadEndOfStream => TcpState.IsReset(_socket) ? Verdict.Reset : Verdict.Fin,
                _ => Verdict.None,
            };
            Interlocked.CompareExchange(ref _verdict, (int)verdict, (int)Verdict.None);
        }

        return (Verdict)Volatile.Read(ref _verdict);
    }
}
