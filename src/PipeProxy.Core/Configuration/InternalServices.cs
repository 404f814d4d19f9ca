namespace PipeProxy.Core.Configuration;

/// <summary>Services that live inside the process, by full name.</summary>
public static class InternalServices
{
    /// <summary>Name of the provider that publishes them.</summary>
    public const string Provider = "internal";

    /// <summary>Answers 200 while serving, 503 while draining.</summary>
    public const string Ping = "ping@internal";

    /// <summary>The JSON API.</summary>
    public const string Api = "api@internal";
}
