namespace PipeProxy.Cli.Flags;

internal static partial class FlagTable
{
    /// <summary>A whole request head.</summary>
    public static Flag<TimeSpan> RequestHeadTimeout { get; } = new()
    {
        Name = "timeouts.requesthead",
        Group = FlagGroup.Timeouts,
        Syntax = Durations.Positive,
        Default = "10s",
        Meaning = "A request head, from its first byte to its last: then 408.",
        Risk = "A client that sends a byte now and then holds a connection for that long.",
    };

    /// <summary>After our last byte.</summary>
    public static Flag<TimeSpan> LingerTimeout { get; } = new()
    {
        Name = "timeouts.linger",
        Group = FlagGroup.Timeouts,
        Syntax = Durations.Positive,
        Default = "2s",
        Meaning = "Reads on for that long after the last byte of an answer that closes the connection.",
        Risk = "Too short, and a reset may destroy an answer to a client that was still sending.",
    };

    /// <summary>Connecting where another backend is free.</summary>
    public static Flag<TimeSpan> ConnectTimeout { get; } = new()
    {
        Name = "timeouts.connect",
        Group = FlagGroup.Timeouts,
        Syntax = Durations.Positive,
        Default = "1s",
        Meaning = "Connecting to a backend while another one is free to take the request; then the other is tried.",
        Risk = "A lost SYN is sent again after 1s: shorter than that, and it counts as a failure.",
    };

    /// <summary>Connecting to the last backend.</summary>
    public static Flag<TimeSpan> LastConnectTimeout { get; } = new()
    {
        Name = "serverstransport.forwardingtimeouts.dialtimeout",
        Group = FlagGroup.Timeouts,
        Syntax = Durations.Positive,
        Default = "3s",
        Meaning = "Connecting to a backend where no other one is left; then 503.",
        Traefik = "same (30s there); 0 is refused",
    };

    /// <summary>A backend's head.</summary>
    public static Flag<TimeSpan> ResponseHeadTimeout { get; } = new()
    {
        Name = "serverstransport.forwardingtimeouts.responseheadertimeout",
        Group = FlagGroup.Timeouts,
        Syntax = Durations.OrZero,
        Default = "0",
        Meaning = "Waiting for a backend's response head once the request was sent; then 504. 0 = for ever.",
        Risk = "Slow reports and long polls are cut.",
        Traefik = Same,
    };

    /// <summary>Between two bytes of an answer.</summary>
    public static Flag<TimeSpan> ResponseBodyTimeout { get; } = new()
    {
        Name = "timeouts.responsebody",
        Group = FlagGroup.Timeouts,
        Syntax = Durations.OrZero,
        Default = "0",
        Meaning = "Longest time without a byte of a response body; then the answer is cut. 0 = for ever, while both sides are connected.",
        Risk = "Quiet event streams are cut.",
    };

    /// <summary>A silent tunnel.</summary>
    public static Flag<TimeSpan> TunnelTimeout { get; } = new()
    {
        Name = "timeouts.tunnel",
        Group = FlagGroup.Timeouts,
        Syntax = Durations.OrZero,
        Default = "1h",
        Meaning = "A WebSocket or another tunnel without a byte in either direction. 0 = for ever.",
        Risk = "Shorter than the application's own pings, and quiet WebSockets are cut.",
    };

    /// <summary>A pooled connection.</summary>
    public static Flag<TimeSpan> UpstreamIdleTimeout { get; } = new()
    {
        Name = "serverstransport.forwardingtimeouts.idleconntimeout",
        Group = FlagGroup.Timeouts,
        Syntax = Durations.Positive,
        Default = "4s",
        Meaning = "An idle connection to a backend is closed after that; less where the backend's Keep-Alive says so.",
        Risk = "Longer than the backend keeps its own (node: 5s), and requests meet a connection that is just being closed.",
        Traefik = "same (90s there)",
    };

    /// <summary>Probes of the kernel.</summary>
    public static Flag<TimeSpan> TcpKeepAlive { get; } = new()
    {
        Name = "timeouts.tcpkeepalive",
        Group = FlagGroup.Timeouts,
        Syntax = Durations.OrZero,
        Default = "30s",
        Meaning = "Silence after which the kernel asks whether the peer still lives, on both sides; whole seconds. 0 = off.",
        Risk = "Off, and peers that vanished without a word are held until another timeout.",
    };

    /// <summary>Request line.</summary>
    public static Flag<long> RequestLineLimit { get; } = new()
    {
        Name = "limits.requestline",
        Group = FlagGroup.Limits,
        Syntax = Sizes.Between(256, 1 << 20),
        Default = "8KiB",
        Meaning = "A request line; longer is 414.",
        Risk = "Larger than a backend takes, and the backend refuses instead.",
    };

    /// <summary>A whole head.</summary>
    public static Flag<long> HeadLimit { get; } = new()
    {
        Name = "limits.head",
        Group = FlagGroup.Limits,
        Syntax = Sizes.Between(1024, 1 << 20),
        Default = "32KiB",
        Meaning = "A whole head, of a request (larger is 431) and of an answer (larger is 502).",
        Risk = "Memory: that much a connection in the worst case.",
    };

    /// <summary>Fields of a head.</summary>
    public static Flag<int> FieldLimit { get; } = new()
    {
        Name = "limits.fields",
        Group = FlagGroup.Limits,
        Syntax = Syntaxes.Integer(8, 10_000),
        Default = "100",
        Meaning = "Fields of one head; more is 431.",
    };

    /// <summary>Chunk extensions.</summary>
    public static Flag<long> ChunkExtensionLimit { get; } = new()
    {
        Name = "limits.chunkextensions",
        Group = FlagGroup.Limits,
        Syntax = Sizes.Between(0, 1 << 20),
        Default = "4KiB",
        Meaning = "Chunk extensions of one message, all together; more is 400.",
    };

    /// <summary>Trailers.</summary>
    public static Flag<long> TrailerLimit { get; } = new()
    {
        Name = "limits.trailers",
        Group = FlagGroup.Limits,
        Syntax = Sizes.Between(0, 1 << 20),
        Default = "8KiB",
        Meaning = "Trailers of one message, all together; more is 400.",
    };

    /// <summary>Body kept of one request.</summary>
    public static Flag<long> ReplayLimit { get; } = new()
    {
        Name = "limits.replay",
        Group = FlagGroup.Limits,
        Syntax = Sizes.Between(0, 16 << 20),
        Default = "64KiB",
        Meaning = "A request body up to this size is kept, so that the request can go to another backend. 0 = none.",
        Risk = "Larger bodies cannot be repeated; memory: that much a request under way.",
    };

    /// <summary>Bodies kept in all.</summary>
    public static Flag<long> ReplayTotalLimit { get; } = new()
    {
        Name = "limits.replaytotal",
        Group = FlagGroup.Limits,
        Syntax = Sizes.Between(0, 16L << 30),
        Default = "64MiB",
        Meaning = "Request bodies kept at once, all together; beyond it new ones are not kept.",
        Risk = "Memory: that much in the worst case.",
    };

    /// <summary>Client connections.</summary>
    public static Flag<int> ConnectionLimit { get; } = new()
    {
        Name = "limits.connections",
        Group = FlagGroup.Limits,
        Syntax = Syntaxes.Integer(1, 10_000_000),
        DefaultMeaning = "from the descriptor limit: it less 2000, or half of it where it is small",
        Meaning = "Client connections at once, over all entry points; at the limit no more are accepted until one ends.",
        Risk = "Above what the descriptor limit allows, connections fail instead of waiting.",
    };

    /// <summary>Idle connections to a backend.</summary>
    public static Flag<int> IdlePerBackend { get; } = new()
    {
        Name = "serverstransport.maxidleconnsperhost",
        Group = FlagGroup.Limits,
        Syntax = Syntaxes.Integer(0, 100_000),
        Default = "512",
        Meaning = "Idle connections kept to one backend, a worker. 0 = none is kept.",
        Traefik = "same (200 there)",
    };
}
