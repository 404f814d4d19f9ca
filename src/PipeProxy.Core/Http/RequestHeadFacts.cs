namespace PipeProxy.Core.Http;

/// <summary>What an attempt adds to a request's head. It is always sent as HTTP/1.1 on a connection meant to persist.</summary>
internal readonly ref struct RequestHeadFacts
{
    /// <summary>What goes into Host: the client's, or the backend's own.</summary>
    public ReadOnlySpan<byte> Host { get; init; }

    /// <summary>The proxy's name in Via; empty writes none.</summary>
    public ReadOnlySpan<byte> ViaPseudonym { get; init; }

    /// <summary>How the body goes to the backend.</summary>
    public BodyKind BodyKind { get; init; }

    /// <summary>Bytes of the body where its length is told.</summary>
    public long ContentLength { get; init; }

    /// <summary>Ask for the protocols that the client asked for.</summary>
    public bool Upgrade { get; init; }
}
