using Microsoft.Extensions.Logging;
using PipeProxy.Docker;

namespace PipeProxy.Hosting;

/// <summary>Docker's lines in the process's log.</summary>
internal static partial class DockerLogging
{
    public static DockerLog To(ILogger log) => new((level, message) =>
    {
        switch (level)
        {
            case DockerLogLevel.Debug:
                Debug(log, message);
                break;
            case DockerLogLevel.Information:
                Information(log, message);
                break;
            case DockerLogLevel.Warning:
                Warning(log, message);
                break;
            default:
                Error(log, message);
                break;
        }
    });

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Message}")]
    private static partial void Debug(ILogger log, string message);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Message}")]
    private static partial void Information(ILogger log, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Message}")]
    private static partial void Warning(ILogger log, string message);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Message}")]
    private static partial void Error(ILogger log, string message);
}
