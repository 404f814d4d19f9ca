using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// An attempt that opens a connection. No byte of its request has left, so it can be sent elsewhere whatever its method:
/// then the connection is left to open by itself, and closed.
/// </summary>
internal sealed class ConnectingAttempt(Exchange exchange, long startedAt, int epoch)
{
    private const int Waiting = 0;
    private const int Over = 1;
    private readonly TaskCompletionSource<Connection?> _end = new();
    private int _stage;

    /// <summary>Whose it is.</summary>
    public Exchange Exchange { get; } = exchange;

    /// <summary>Timestamp of the attempt's start.</summary>
    public long StartedAt { get; } = startedAt;

    /// <summary>The statistics' epoch at its start.</summary>
    public int Epoch { get; } = epoch;

    /// <summary>Waits for <paramref name="connect"/>: the connection; null where the attempt was sent elsewhere meanwhile.</summary>
    public Task<Connection?> RunAsync(ValueTask<Connection> connect)
    {
        _ = FollowAsync(connect);
        return _end.Task;
    }

    /// <summary>Sends it elsewhere; false where the connection is open already, or failed. Any thread.</summary>
    public bool TryAbandon()
    {
        if (Interlocked.CompareExchange(ref _stage, Over, Waiting) != Waiting)
        {
            return false;
        }

        Exchange.Client.Worker.Post(static a => ((ConnectingAttempt)a!)._end.TrySetResult(null), this);
        return true;
    }

    private async Task FollowAsync(ValueTask<Connection> connect)
    {
        try
        {
            Connection connection = await connect;
            if (Interlocked.CompareExchange(ref _stage, Over, Waiting) == Waiting)
            {
                _end.SetResult(connection);
                return;
            }

            connection.ShutdownSend();
            connection.Dispose();
        }
        catch (Exception e) when (ConnectionFault.Is(e))
        {
            if (Interlocked.CompareExchange(ref _stage, Over, Waiting) == Waiting)
            {
                _end.SetException(e);
            }
        }
    }
}
