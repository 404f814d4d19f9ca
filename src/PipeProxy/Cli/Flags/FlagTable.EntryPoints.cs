using System.Net;

namespace PipeProxy.Cli.Flags;

internal static partial class FlagTable
{
    private const string Same = "same";

    /// <summary>Where an entry point listens.</summary>
    public static Flag<ListenAddress> Address { get; } = new()
    {
        Name = "entrypoints.<name>.address",
        Group = FlagGroup.EntryPoints,
        Syntax = Addresses.Listen,
        DefaultMeaning = "one entry point http on :80 where none is given; traefik is on :8080",
        Meaning = "Listens there. Without a host on every address, IPv4 and IPv6. Port 0 takes any free port.",
        Risk = "Ports below 1024 need root or CAP_NET_BIND_SERVICE.",
        Traefik = "same; /tcp may follow, /udp is refused",
    };

    /// <summary>Whose X-Forwarded-* fields are kept.</summary>
    public static Flag<IPNetwork> TrustedIps { get; } = new()
    {
        Name = "entrypoints.<name>.forwardedheaders.trustedips",
        Group = FlagGroup.EntryPoints,
        Syntax = Syntaxes.Network,
        Repeatable = true,
        DefaultMeaning = "none",
        Meaning = "Keeps X-Forwarded-* and X-Real-Ip of peers in these networks; every other peer's are replaced.",
        Risk = "A peer in the list can claim to be any client. Behind Docker's userland proxy every client has the gateway's address.",
        Traefik = Same,
    };

    /// <summary>Everyone's X-Forwarded-* fields are kept.</summary>
    public static Flag<bool> TrustEveryone { get; } = new()
    {
        Name = "entrypoints.<name>.forwardedheaders.insecure",
        Group = FlagGroup.EntryPoints,
        Syntax = Syntaxes.Boolean,
        Default = "false",
        Meaning = "Keeps X-Forwarded-* and X-Real-Ip of every peer.",
        Risk = "Every client can claim to be another one.",
        Traefik = Same,
    };

    /// <summary>The routers of an entry point ask for TLS.</summary>
    public static Flag<bool> EntryPointTls { get; } = new()
    {
        Name = "entrypoints.<name>.http.tls",
        Group = FlagGroup.EntryPoints,
        Syntax = Syntaxes.Boolean,
        Default = "false",
        Meaning = "Says that every router here asks for TLS. TLS is not built yet: those routers are refused, never served in clear.",
        Traefik = "same, but for TLS itself",
    };

    /// <summary>Between two bytes of a request body.</summary>
    public static Flag<TimeSpan> ReadTimeout { get; } = new()
    {
        Name = "entrypoints.<name>.transport.respondingtimeouts.readtimeout",
        Group = FlagGroup.EntryPoints,
        Syntax = Durations.OrZero,
        Default = "60s",
        Meaning = "Longest time without a byte of a request body: then 408, and the connection closes. 0 = for ever.",
        Risk = "Too short cuts slow uploads; 0 lets a silent client hold a connection for ever.",
        Traefik = "same name; Traefik counts the whole request, this a gap in it",
    };

    /// <summary>A client that takes nothing.</summary>
    public static Flag<TimeSpan> WriteTimeout { get; } = new()
    {
        Name = "entrypoints.<name>.transport.respondingtimeouts.writetimeout",
        Group = FlagGroup.EntryPoints,
        Syntax = Durations.OrZero,
        Default = "60s",
        Meaning = "Longest time in which a client takes no byte of its answer: then the connection is cut. 0 = for ever.",
        Risk = "0 lets a client that never reads hold a backend connection for ever.",
        Traefik = "same name; Traefik counts the whole answer, this a gap in it",
    };

    /// <summary>Between two requests.</summary>
    public static Flag<TimeSpan> IdleTimeout { get; } = new()
    {
        Name = "entrypoints.<name>.transport.respondingtimeouts.idletimeout",
        Group = FlagGroup.EntryPoints,
        Syntax = Durations.OrZero,
        Default = "75s",
        Meaning = "Longest time a keep-alive connection waits for its next request. 0 = for ever.",
        Risk = "Shorter than a load balancer in front keeps its connections: requests are lost to the race between the two.",
        Traefik = "same (180s there)",
    };

    /// <summary>At a stop.</summary>
    public static Flag<TimeSpan> GraceTimeout { get; } = new()
    {
        Name = "entrypoints.<name>.transport.lifecycle.gracetimeout",
        Group = FlagGroup.EntryPoints,
        Syntax = Durations.OrZero,
        DefaultMeaning = "8s as PID 1, else 30s",
        Meaning = "At a stop: time in which requests under way may finish; tunnels and endless streams end with it. 0 = none.",
        Risk = "Longer than the time docker stop waits (10s) and the process is killed with requests under way.",
        Traefik = "same (10s there)",
    };
}
