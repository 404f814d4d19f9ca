namespace PipeProxy.Cli.Options;

/// <summary>API and ping.</summary>
internal sealed record AdminOptions
{
    /// <summary><c>api@internal</c> exists, so that routers can lead to it.</summary>
    public required bool Api { get; init; }

    /// <summary>The admin entry point serves the API to everyone who reaches it.</summary>
    public required bool Insecure { get; init; }

    /// <summary><c>/ping</c> is asked for by itself (with <see cref="Insecure"/> the admin entry point has it anyway).</summary>
    public required bool Ping { get; init; }

    /// <summary>Name of the entry point that answers <c>/ping</c> where <see cref="Ping"/> is set; always one that exists.</summary>
    public required string PingEntryPoint { get; init; }
}
