using Microsoft.Extensions.Logging;

namespace PipeProxy.Cli.Status;

/// <summary>What the status socket says.</summary>
internal static partial class StatusLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "status socket {Path} cannot be used ({Problem}); health is answered on {StandIn}")]
    public static partial void StandIn(ILogger log, string path, string problem, string standIn);

    [LoggerMessage(Level = LogLevel.Warning, Message = "status socket {Path} cannot be used ({Problem}); pipeproxy health will not find this instance; --status.socket names another path")]
    public static partial void NotOpened(ILogger log, string path, string problem);
}
