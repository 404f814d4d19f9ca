using Microsoft.Extensions.Logging;

namespace PipeProxy.Cli;

/// <summary>What the process says of its own start and stop.</summary>
internal static partial class StartLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Source}: {Key}: {Reason}")]
    public static partial void NotInForce(ILogger log, string source, string key, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "descriptor limit {Descriptors}, at most {Connections} client connections")]
    public static partial void Descriptors(ILogger log, long descriptors, int connections);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopping on {Signal}: requests under way may finish")]
    public static partial void Stopping(ILogger log, string signal);
}
