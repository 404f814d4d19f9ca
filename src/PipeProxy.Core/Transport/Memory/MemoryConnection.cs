using System.IO.Pipelines;
using System.Net;

namespace PipeProxy.Core.Transport.Memory;

/// <summary>
/// One end of a connection inside the process: two pipes and no descriptor. An end that is aborted is a reset to the
/// other one; what was written before is lost then, as it may be in TCP.
/// </summary>
public sealed class MemoryConnection : Connection
{
    private static readonly object s_told = new();
    private readonly MemoryInput _input;
    private readonly MemoryOutput _output;
    private MemoryConnection? _peer;
    private object? _listener;
    private volatile bool _peerClosed;
    private volatile bool _cut;
    private int _aborted;
    private int _shutdown;
    private int _disposed;

    private MemoryConnection(Worker worker, Pipe incoming, Pipe outgoing)
        : base(worker)
    {
        _input = new MemoryInput(incoming.Reader);
        _output = new MemoryOutput(outgoing.Writer);
    }

    /// <inheritdoc/>
    public override PipeReader Input => _input;

    /// <inheritdoc/>
    public override PipeWriter Output => _output;

    /// <inheritdoc/>
    public override IPEndPoint? LocalEndPoint => null;

    /// <inheritdoc/>
    public override IPEndPoint? RemoteEndPoint => null;

    /// <inheritdoc/>
    public override bool IsPeerClosed => _peerClosed;

    /// <inheritdoc/>
    public override bool IsAborted => _cut;

    /// <summary>Both ends of a new connection. Each end resumes on its own worker.</summary>
    public static (MemoryConnection A, MemoryConnection B) CreatePair(Worker a, Worker b)
    {
        var aToB = new Pipe(Options(reader: b, writer: a));
        var bToA = new Pipe(Options(reader: a, writer: b));
        var endA = new MemoryConnection(a, incoming: bToA, outgoing: aToB);
        var endB = new MemoryConnection(b, incoming: aToB, outgoing: bToA);
        endA._peer = endB;
        endB._peer = endA;
        return (endA, endB);
    }

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public override void ShutdownSend()
    {
        if (Interlocked.Exchange(ref _shutdown, 1) == 0)
        {
            _output.Complete();
            _peer!.OnPeerClosed();
        }
    }

    /// <inheritdoc/>
    public override void EndInput()
    {
        if (!_peerClosed)
        {
            _cut = true;
            _input.End();
        }
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        if (Interlocked.Exchange(ref _aborted, 1) == 0)
        {
            _cut = true;
            Break("The connection was aborted.");
            _peer!.Break("The connection was reset by its peer.");
            _peer!.OnPeerClosed();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _cut = true;
        if (Volatile.Read(ref _shutdown) == 0 && _output.UnflushedBytes > 0)
        {
            // Something is half written: no end that looks whole.
            Abort();
        }

        _output.Break();
        _input.Release();
        ShutdownSend();
        // Nobody will read what it writes from here on.
        _peer!._output.Break();
    }

    private static PipeOptions Options(Worker reader, Worker writer) => new(
        readerScheduler: new WorkerScheduler(reader),
        writerScheduler: new WorkerScheduler(writer),
        pauseWriterThreshold: 64 * 1024,
        resumeWriterThreshold: 32 * 1024,
        useSynchronizationContext: false);

    private void Break(string reason)
    {
        _input.Break(reason);
        _output.Break();
    }

    private void OnPeerClosed()
    {
        if (_cut && !_peerClosed)
        {
            // Ended by ourselves: nobody is told.
            return;
        }

        // In this order: who has taken its listener away and was not told finds IsPeerClosed true.
        _peerClosed = true;
        (Interlocked.Exchange(ref _listener, s_told) as IPeerClosedListener)?.OnPeerClosed(this);
    }
}
