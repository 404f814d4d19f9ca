using System.IO.Pipelines;
using System.Net;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Tests.Transport.Hostile;

/// <summary>
/// A connection that does everything a transport may do and the friendly ones rarely do, and that finds out a user
/// who breaks the contract.
/// </summary>
internal sealed class HostileConnection : Connection
{
    private readonly Connection _inner;
    private readonly HostileInput _input;
    private readonly HostileOutput _output;
    private readonly HostileFailures _failures;
    private readonly Action _onDisposed;
    private int _disposed;

    public HostileConnection(Connection inner, HostilePlan plan, HostileFailures failures, IPEndPoint local, IPEndPoint remote, bool mayCompleteInput, Action onDisposed)
        : base(inner.Worker)
    {
        _inner = inner;
        _failures = failures;
        _onDisposed = onDisposed;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        _input = new HostileInput(inner.Input, plan, failures, mayCompleteInput);
        _output = new HostileOutput(inner.Output, plan, failures);
    }

    public override PipeReader Input => _input;

    public override PipeWriter Output => _output;

    public override IPEndPoint? LocalEndPoint { get; }

    public override IPEndPoint? RemoteEndPoint { get; }

    public override bool IsPeerClosed => _inner.IsPeerClosed;

    public override bool IsAborted => _inner.IsAborted;

    public override void SetPeerClosedListener(IPeerClosedListener? listener) =>
        _inner.SetPeerClosedListener(listener is null ? null : new Relay(this, listener));

    public override long UnsentBytes => _output.UnsentBytes;

    public override void ShutdownSend() => _output.Finish(_inner.ShutdownSend);

    public override void EndInput() => _inner.EndInput();

    public override void Abort() => _inner.Abort();

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (!_inner.IsAborted && _input.IsLent)
        {
            _failures.Report("Dispose while a read's bytes are lent out");
        }

        if (_output.IsFlushing || _output.UnflushedBytes > 0 || _output.UnsentBytes > 0)
        {
            // Bytes are lost: as on a socket, nobody may take that for an end.
            _inner.Abort();
        }

        _inner.Dispose();
        _onDisposed();
    }

    private sealed class Relay(HostileConnection connection, IPeerClosedListener listener) : IPeerClosedListener
    {
        public void OnPeerClosed(Connection _) => listener.OnPeerClosed(connection);
    }
}
