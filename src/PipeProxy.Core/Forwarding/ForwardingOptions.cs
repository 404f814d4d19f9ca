namespace PipeProxy.Core.Forwarding;

/// <summary>Timeouts and bounds of a request's way. All times in milliseconds; 0 turns a timeout off.</summary>
public sealed record ForwardingOptions
{
    /// <summary>A request head, from its first byte: a total, so that a slow head cannot hold on byte by byte. Over it: 408.</summary>
    public int HeadTimeout { get; init; } = 10_000;

    /// <summary>A keep-alive connection without a byte of a next request. Over it: close. Long values cost descriptors.</summary>
    public int IdleTimeout { get; init; } = 75_000;

    /// <summary>How long the rest of a peer's bytes is read after our half-close, so that a reset does not destroy the answer.</summary>
    public int LingerTimeout { get; init; } = 2_000;

    /// <summary>A request body from which no byte comes. Over it: 408 and close.</summary>
    public int BodyTimeout { get; init; } = 60_000;

    /// <summary>A client that takes no byte. Over it: abort.</summary>
    public int ClientWriteTimeout { get; init; } = 60_000;

    /// <summary>
    /// After the client's FIN: how long its request goes on without a byte of an answer. A FIN may be a half-close
    /// (the client still reads) or the end; TCP does not tell. Over it: the attempt is cancelled.
    /// </summary>
    public int HalfCloseGrace { get; init; } = 1_000;

    /// <summary>Connect, where another backend is free to take the request.</summary>
    public int ConnectTimeout { get; init; } = 1_000;

    /// <summary>Connect, where this backend is the only one.</summary>
    public int ConnectTimeoutAlone { get; init; } = 3_000;

    /// <summary>Time to a response head; 0 = off: slow reports and long polls are legitimate. Over it: 504.</summary>
    public int ResponseHeadTimeout { get; init; }

    /// <summary>A response body from which no byte comes; 0 = off: event streams may be silent. Over it: the answer is cut.</summary>
    public int ResponseBodyTimeout { get; init; }

    /// <summary>A tunnel without a byte either way. Over it: close.</summary>
    public int TunnelIdleTimeout { get; init; } = 3_600_000;

    /// <summary>A pooled upstream connection is idle for at most this long (or the backend's own timeout less 1 s).</summary>
    public int UpstreamIdleTimeout { get; init; } = 4_000;

    /// <summary>A request that may not be repeated takes only a connection that was idle for less than this.</summary>
    public int UnrepeatableIdleLimit { get; init; } = 1_000;

    /// <summary>Idle upstream connections kept a backend and worker.</summary>
    public int UpstreamIdleConnections { get; init; } = 512;

    /// <summary>Body bytes of one request kept readable for a repeat. More are forwarded, and the request is not repeatable.</summary>
    public int ReplayBytes { get; init; } = 64 * 1024;

    /// <summary>Body bytes kept for repeats over all requests.</summary>
    public long ReplayBytesInAll { get; init; } = 64L * 1024 * 1024;

    /// <summary>Attempts a request makes at most, each on another instance.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>How long a request waits for a usable backend before it is answered 503.</summary>
    public int HoldTime { get; init; } = 5_000;

    /// <summary>How many requests of one service wait at most.</summary>
    public int HoldLength { get; init; } = 1_000;

    /// <summary>A held request looks again at least this often.</summary>
    public int HoldRetryInterval { get; init; } = 250;

    /// <summary>Bytes of an unread request body that are read and dropped to keep the connection.</summary>
    public int DrainBytes { get; init; } = 64 * 1024;
}
