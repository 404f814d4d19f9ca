namespace PipeProxy.EndToEnd.Harness;

/// <summary>What a stand-in application does on SIGTERM.</summary>
internal enum WebAppKind
{
    /// <summary>Ends at once, whatever is under way.</summary>
    Exits,

    /// <summary>Goes on until it is killed.</summary>
    Ignores,

    /// <summary>Accepts nothing more, finishes what is under way, ends.</summary>
    Drains,
}

/// <summary>How a <see cref="ComposeStack"/> starts.</summary>
internal sealed record StackOptions
{
    /// <summary>Containers of the service <c>webapp</c>.</summary>
    public int Replicas { get; init; } = 3;

    /// <summary>What they do on SIGTERM.</summary>
    public WebAppKind Kind { get; init; } = WebAppKind.Exits;

    /// <summary>Labels that the service <c>webapp</c> has beside those of the report's file.</summary>
    public IReadOnlyList<string> MoreLabels { get; init; } = [];

    /// <summary>Environment variables of the proxy, as <c>NAME=value</c>: flags that the report's file does not give.</summary>
    public IReadOnlyList<string> ProxyVariables { get; init; } = [];

    /// <summary>For control runs: the socket that the proxy sees in place of the engine's; null: the engine's own.</summary>
    public string? EngineSocket { get; init; }

    /// <summary>For control runs: no request is sent again elsewhere once a byte of it has reached a container.</summary>
    public static StackOptions WithoutRepeats { get; } =
        new() { MoreLabels = ["pipeproxy.http.services.webapp.loadbalancer.retry.methods=NONE"] };
}

/// <summary>A container of a stack.</summary>
/// <param name="Id">The first 12 digits of its id, which are its host name.</param>
/// <param name="Name">Its name.</param>
internal sealed record StackContainer(string Id, string Name);
