namespace PipeProxy.Core.Http;

/// <summary>The methods that the proxy treats in a way of their own; every other token is forwarded as it came.</summary>
internal enum HttpMethod : byte
{
    /// <summary>A valid token that is none of the others.</summary>
    Other,
    Get,
    Head,
    Post,
    Put,
    Delete,
    Options,
    Trace,
    Patch,
    Connect,
}

/// <summary>Names and properties of methods (RFC 9110 section 9.2). Methods are case-sensitive.</summary>
internal static class HttpMethods
{
    /// <summary>The method that <paramref name="token"/> spells, else <see cref="HttpMethod.Other"/>.</summary>
    internal static HttpMethod Find(ReadOnlySpan<byte> token) => token.Length switch
    {
        3 => token.SequenceEqual("GET"u8) ? HttpMethod.Get : token.SequenceEqual("PUT"u8) ? HttpMethod.Put : HttpMethod.Other,
        4 => token.SequenceEqual("POST"u8) ? HttpMethod.Post : token.SequenceEqual("HEAD"u8) ? HttpMethod.Head : HttpMethod.Other,
        5 => token.SequenceEqual("PATCH"u8) ? HttpMethod.Patch : token.SequenceEqual("TRACE"u8) ? HttpMethod.Trace : HttpMethod.Other,
        6 => token.SequenceEqual("DELETE"u8) ? HttpMethod.Delete : HttpMethod.Other,
        7 => token.SequenceEqual("OPTIONS"u8) ? HttpMethod.Options : token.SequenceEqual("CONNECT"u8) ? HttpMethod.Connect : HttpMethod.Other,
        _ => HttpMethod.Other,
    };

    /// <summary>GET, HEAD, OPTIONS and TRACE: asking has no effect.</summary>
    internal static bool IsSafe(HttpMethod method) =>
        method is HttpMethod.Get or HttpMethod.Head or HttpMethod.Options or HttpMethod.Trace;

    /// <summary>The safe ones, PUT and DELETE: asking twice has the effect of asking once.</summary>
    internal static bool IsIdempotent(HttpMethod method) =>
        IsSafe(method) || method is HttpMethod.Put or HttpMethod.Delete;
}
