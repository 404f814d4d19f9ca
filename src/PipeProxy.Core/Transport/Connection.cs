using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace PipeProxy.Core.Transport;

/// <summary>
/// What crosses the seam between sockets and HTTP: two pipes, two end points, and the few things that bytes cannot
/// say. Every implementation obeys the same contract, and all wire tests run on more than one of them.
/// </summary>
/// <remarks>
/// <para>
/// Memory given to <see cref="PipeWriter.WriteAsync"/> stays untouched by the caller until it completes. Bytes up to
/// the replay size may be examined without being consumed.
/// </para>
/// <para>
/// A connection ends in one of two ways. Graceful: <see cref="ShutdownSend"/>, read until the peer's end or a bound,
/// <see cref="Dispose"/>. At once: <see cref="Abort"/>, <see cref="Dispose"/>. <see cref="Dispose"/> alone may lose
/// bytes that were flushed and not yet sent; it is for the owner, when none of its own reads or writes is under way.
/// </para>
/// <para>
/// A read or a flush on a connection that has been cut fails with an exception that
/// <see cref="IsConnectionFailure"/> knows, or says completed. A write after the peer has gone is not an error: it
/// goes nowhere, and the flush says completed.
/// </para>
/// </remarks>
public abstract class Connection(Worker worker) : IDisposable
{
    /// <summary>The worker that owns this connection.</summary>
    public Worker Worker { get; } = worker;

    /// <summary>Bytes from the peer. Never complete it on a connection that goes back to a pool.</summary>
    public abstract PipeReader Input { get; }

    /// <summary>Bytes to the peer. <see cref="PipeWriter.FlushAsync"/> hands over what was written.</summary>
    public abstract PipeWriter Output { get; }

    /// <summary>Our end of the connection; null where there is no address (in memory).</summary>
    public abstract IPEndPoint? LocalEndPoint { get; }

    /// <summary>The peer's end; null where there is no address (in memory). Mapped IPv4 is given as IPv4.</summary>
    public abstract IPEndPoint? RemoteEndPoint { get; }

    /// <summary>The server name that TLS negotiated, or null on a connection in clear.</summary>
    public virtual TlsFacts? Tls => null;

    /// <summary>True once the peer's FIN or reset was seen, even while bytes before it are unread.</summary>
    public abstract bool IsPeerClosed { get; }

    /// <summary>
    /// True when bytes have come that <see cref="Input"/> does not show yet, as far as the transport can tell without
    /// waiting. Asked before a pooled connection is used: such bytes are nobody's response (rule 20).
    /// </summary>
    public virtual bool HasPendingInput => false;

    /// <summary>
    /// True after <see cref="Abort"/> or <see cref="EndInput"/>, or where a reset came in the guise of an end: an end
    /// of input then is a cut, not a FIN. Ask it when the input has ended.
    /// </summary>
    public abstract bool IsAborted { get; }

    /// <summary>
    /// Names who is told, once, that the peer has closed (FIN or reset); no read needs to be outstanding. Called at
    /// once when it has already happened. The call may come on any thread of the worker and must not block. Null
    /// takes the listener away: after that it is not called, or <see cref="IsPeerClosed"/> is true already (a call
    /// under way may then still come). A connection has one listener at a time. Our own <see cref="Abort"/>,
    /// <see cref="EndInput"/> and <see cref="Dispose"/> are not the peer's close and tell nobody.
    /// </summary>
    public abstract void SetPeerClosedListener(IPeerClosedListener? listener);

    /// <summary>After everything flushed was sent, sends FIN. The output takes nothing more. Idempotent.</summary>
    public abstract void ShutdownSend();

    /// <summary>
    /// Bytes that were flushed and that the system has not taken yet, because the peer reads slowly. Who wants them to
    /// arrive waits until there are none before <see cref="Dispose"/>. 0 where nothing can be lost by it.
    /// </summary>
    public virtual long UnsentBytes => 0;

    /// <summary>
    /// Ends the input: what was received is still delivered, then the reader completes. Any thread. Used when the
    /// peer is known to be gone and no reset will ever tell (its network interface has vanished). Where the peer's
    /// own end has arrived already, read or not, it changes nothing.
    /// </summary>
    public abstract void EndInput();

    /// <summary>
    /// Ends both directions at once: pending reads and flushes complete (with an exception or as completed), unsent
    /// bytes are dropped; the peer sees a reset and no FIN. Any thread, idempotent.
    /// </summary>
    public abstract void Abort();

    /// <summary>Releases the descriptor and the buffers. Idempotent.</summary>
    public abstract void Dispose();

    /// <summary>True for the exceptions by which reads, flushes and connects say that the connection is no more.</summary>
    public static bool IsConnectionFailure(Exception exception) =>
        exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException;
}

/// <summary>Facts of a TLS session that routing and forwarding ask for.</summary>
public sealed record TlsFacts(string? ServerName, string Protocol);

/// <summary>Told once that a connection's peer has closed.</summary>
public interface IPeerClosedListener
{
    /// <summary>The peer's FIN or reset was seen on <paramref name="connection"/>.</summary>
    void OnPeerClosed(Connection connection);
}
