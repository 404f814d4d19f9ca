namespace PipeProxy.Cli.Status;

/// <summary>How the instance is.</summary>
/// <param name="Healthy">Every entry point is bound and a configuration has been applied; not stopping.</param>
/// <param name="Text">One line: <c>ok</c>, <c>starting: waiting for Docker's first list</c>.</param>
internal readonly record struct StatusAnswer(bool Healthy, string Text)
{
    /// <summary>The line of a healthy instance.</summary>
    public const string OkText = "ok";

    /// <summary>A healthy instance.</summary>
    public static StatusAnswer Ok { get; } = new(true, OkText);

    /// <summary>Not healthy, for <paramref name="reason"/>.</summary>
    public static StatusAnswer Not(string reason) => new(false, reason);
}
