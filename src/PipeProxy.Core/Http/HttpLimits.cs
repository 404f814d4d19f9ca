namespace PipeProxy.Core.Http;

/// <summary>
/// The bounds of every element of a message. They hold for requests and, with the same numbers, for the heads and
/// chunked bodies of backends (where going over them is a 502).
/// </summary>
public sealed record HttpLimits
{
    /// <summary>
    /// Bytes of a request line with its CRLF. Over it: 414. Default 8 192, what RFC 9112 section 3 asks for at least.
    /// Higher: a client can make each connection hold that much more. Lower: long query strings are refused.
    /// </summary>
    public int RequestLineBytes { get; init; } = 8192;

    /// <summary>
    /// Bytes of a whole head, start line and empty line included. Over it: 431. Default 32 768. Higher: memory a
    /// slow client can hold; many backends refuse such heads anyway. Lower: large cookies are refused.
    /// </summary>
    public int HeadBytes { get; init; } = 32768;

    /// <summary>
    /// Field lines of a head, and of a trailer section. Over it: 431 (400 in trailers). Default 100. Higher: work a
    /// request costs here and in backends. Lower: requests that came through several proxies are refused.
    /// </summary>
    public int FieldCount { get; init; } = 100;

    /// <summary>
    /// Bytes of chunk extensions of one message, all chunks together. Over it: 400 and close. Default 4 096.
    /// Extensions are never forwarded, so higher only lets a client spend our time for nothing.
    /// </summary>
    public int ChunkExtensionBytes { get; init; } = 4096;

    /// <summary>
    /// Bytes of a trailer section with its line ends. Over it: 400 and close. Default 8 192. Higher: memory a slow
    /// client can hold. Lower: services that sign or time their bodies in trailers may be refused.
    /// </summary>
    public int TrailerBytes { get; init; } = 8192;
}
