namespace PipeProxy.Core.Http;

/// <summary>How a response goes to this client.</summary>
internal readonly ref struct ResponseHeadFacts
{
    /// <summary>The client's version: 0 or 1.</summary>
    public int ClientMinorVersion { get; init; }

    /// <summary>The client's connection goes on after this response.</summary>
    public bool KeepAlive { get; init; }

    /// <summary>
    /// How the body goes to the client. None writes no framing of its own: the Content-Length of an answer to HEAD,
    /// or of a 304, stays as it came.
    /// </summary>
    public BodyKind BodyKind { get; init; }

    /// <summary>Bytes of the body where its length is told.</summary>
    public long ContentLength { get; init; }

    /// <summary>Written where the head has no Date; empty writes none.</summary>
    public ReadOnlySpan<byte> Date { get; init; }
}
