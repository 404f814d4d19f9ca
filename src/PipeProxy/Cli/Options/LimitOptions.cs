namespace PipeProxy.Cli.Options;

/// <summary>Bounds on what one message, and all of them, may take. Sizes in bytes.</summary>
internal sealed record LimitOptions
{
    /// <summary>Request line.</summary>
    public required int RequestLineBytes { get; init; }

    /// <summary>A whole head, of requests and of answers.</summary>
    public required int HeadBytes { get; init; }

    /// <summary>Fields of one head.</summary>
    public required int FieldCount { get; init; }

    /// <summary>Chunk extensions of one message.</summary>
    public required int ChunkExtensionBytes { get; init; }

    /// <summary>Trailers of one message.</summary>
    public required int TrailerBytes { get; init; }

    /// <summary>Body kept of one request, so that it can be repeated.</summary>
    public required int ReplayBytes { get; init; }

    /// <summary>Bodies kept of all requests together.</summary>
    public required long ReplayTotalBytes { get; init; }

    /// <summary>Client connections at once, over all entry points; null = from the descriptor limit.</summary>
    public int? Connections { get; init; }

    /// <summary>Idle connections kept to one backend, a worker.</summary>
    public required int IdleConnectionsPerBackend { get; init; }
}
