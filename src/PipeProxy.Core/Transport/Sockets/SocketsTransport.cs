namespace PipeProxy.Core.Transport.Sockets;

/// <summary>The portable transport: the runtime's sockets, one worker.</summary>
public sealed class SocketsTransport : IDisposable
{
    private readonly SocketsWorker _worker;

    /// <summary>Starts the worker, whose deadlines follow <paramref name="clock"/>.</summary>
    /// <param name="clock">Source of time.</param>
    /// <param name="keepAliveSeconds">TCP keep-alive on both sides, in seconds; 0 = off: a peer that vanished is then never found while nothing is sent.</param>
    public SocketsTransport(TimeProvider clock, int keepAliveSeconds = 30) => _worker = new SocketsWorker(clock, keepAliveSeconds);

    /// <summary>The only worker.</summary>
    public Worker Worker => _worker;

    /// <summary>
    /// Lets the runtime's socket threads run what waits for a socket themselves instead of queueing it to the thread
    /// pool: about a quarter less CPU a request. Process-wide, so nothing on such a thread may block or compute for
    /// long. Before the process's first socket, else it has no effect.
    /// </summary>
    public static void EnableInlineCompletions() =>
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

    /// <summary>
    /// Binds <paramref name="address"/> and listens: the kernel holds what comes until
    /// <see cref="SocketsListener.Start"/>.
    /// </summary>
    /// <exception cref="ListenException">The address is in use or can't be bound.</exception>
    public SocketsListener Bind(ListenAddress address, ConnectionLimit? limit = null) => new(_worker, address, limit);

    /// <summary>Stops the deadlines. Connections are their owners' to close.</summary>
    public void Dispose() => _worker.Dispose();
}
