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
}

/// <summary>A container of a stack.</summary>
/// <param name="Id">The first 12 digits of its id, which are its host name.</param>
/// <param name="Name">Its name.</param>
internal sealed record StackContainer(string Id, string Name);
