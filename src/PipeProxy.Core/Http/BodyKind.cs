namespace PipeProxy.Core.Http;

/// <summary>How a message's body ends (RFC 9112 section 6.3).</summary>
internal enum BodyKind : byte
{
    /// <summary>There is no body.</summary>
    None,

    /// <summary>After as many bytes as Content-Length says; that may be 0.</summary>
    Length,

    /// <summary>With the last chunk and its trailers.</summary>
    Chunked,

    /// <summary>With the connection. Responses only.</summary>
    UntilClose,
}
