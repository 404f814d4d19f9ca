namespace PipeProxy.Cli.Options;

/// <summary>How long is waited for whom, where it is the same on every entry point. Zero = for ever, where said.</summary>
internal sealed record TimeoutOptions
{
    /// <summary>Request head, from its first byte to its last.</summary>
    public required TimeSpan RequestHead { get; init; }

    /// <summary>Reading on after our last byte, so that a reset does not destroy the answer.</summary>
    public required TimeSpan Linger { get; init; }

    /// <summary>Connecting where another backend is free to take the request.</summary>
    public required TimeSpan Connect { get; init; }

    /// <summary>Connecting to the last backend that is left.</summary>
    public required TimeSpan LastConnect { get; init; }

    /// <summary>A backend's response head; zero = for ever.</summary>
    public required TimeSpan ResponseHead { get; init; }

    /// <summary>Longest time without a byte of a response body; zero = for ever.</summary>
    public required TimeSpan ResponseBody { get; init; }

    /// <summary>A tunnel without a byte in either direction; zero = for ever.</summary>
    public required TimeSpan TunnelIdle { get; init; }

    /// <summary>An idle connection to a backend before it is closed.</summary>
    public required TimeSpan UpstreamIdle { get; init; }

    /// <summary>TCP keep-alive, both sides; zero = off.</summary>
    public required TimeSpan TcpKeepAlive { get; init; }
}
