using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using PipeProxy.Core.Transport.Memory;

namespace PipeProxy.Admin.Transport;

/// <summary>
/// The application's end of a connection, as Kestrel wants it. A peer that is done sending ends the input and still
/// has its answer; one that is gone shows at the next read or write.
/// </summary>
internal sealed class InProcessConnection : ConnectionContext, IDuplexPipe
{
    private readonly MemoryConnection _connection;
    private readonly CancellationTokenSource _closed = new();

    public InProcessConnection(MemoryConnection connection, long number)
    {
        _connection = connection;
        ConnectionId = number.ToString(CultureInfo.InvariantCulture);
        ConnectionClosed = _closed.Token;
        Transport = this;
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public PipeReader Input => _connection.Input;

    public PipeWriter Output => _connection.Output;

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _connection.Abort();
        // Not here: what is registered may be long, and the caller may hold locks.
        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.Close(), this, preferLocal: false);
    }

    public override ValueTask DisposeAsync()
    {
        _connection.ShutdownSend();
        _connection.Dispose();
        Close();
        return base.DisposeAsync();
    }

    // The source is not disposed: it has no timer, and an abort may come late.
    private void Close() => _closed.Cancel();
}
