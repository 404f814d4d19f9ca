using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using PipeProxy.Core.Transport;
using PipeProxy.Core.Transport.Memory;

namespace PipeProxy.Admin.Transport;

/// <summary>
/// A transport of Kestrel without sockets, and its one listener. The accepting side waits on a channel whose
/// continuations run on the thread pool, so that nothing of the application runs on the thread that connects.
/// </summary>
internal sealed class InProcessTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    private readonly Channel<InProcessConnection> _waiting = Channel.CreateUnbounded<InProcessConnection>(new UnboundedChannelOptions { SingleReader = true });
    private long _count;

    public EndPoint EndPoint => InProcessEndPoint.Instance;

    /// <summary>Both ends of a new connection; the far one waits to be accepted.</summary>
    /// <exception cref="IOException">The listener has closed.</exception>
    public (Connection Near, InProcessConnection Far) Connect(Worker worker)
    {
        (MemoryConnection near, MemoryConnection far) = MemoryConnection.CreatePair(worker, ThreadPoolWorker.Instance);
        InProcessConnection accepted = new(far, Interlocked.Increment(ref _count));
        if (!_waiting.Writer.TryWrite(accepted))
        {
            far.Dispose();
            near.Dispose();
            throw new IOException("The admin application has ended.");
        }

        return (near, accepted);
    }

    public bool CanBind(EndPoint endpoint) => endpoint is InProcessEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_waiting.Reader.TryRead(out InProcessConnection? connection))
            {
                return connection;
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _waiting.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out InProcessConnection? connection))
        {
            connection.Abort(new ConnectionAbortedException("The admin application has ended."));
            await connection.DisposeAsync();
        }
    }
}
