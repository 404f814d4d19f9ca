using Microsoft.Extensions.Logging;

namespace PipeProxy.Cli;

/// <summary>What the process says of its own start and stop.</summary>
internal static partial class StartLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Source}: {Key}: {Reason}")]
    public static partial void NotInForce(ILogger log, string source, string key, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "descriptor limit {Descriptors}, at most {Connections} client connections")]
    public static partial void Descriptors(ILogger log, long descriptors, int connections);

    [LoggerMessage(Level = LogLevel.Information, Message = "entry point {EntryPoint} listens on {Address}")]
    public static partial void Listening(ILogger log, string entryPoint, System.Net.IPEndPoint address);

    [LoggerMessage(Level = LogLevel.Information, Message = "serving {Routers} routers, {Backends} backends")]
    public static partial void Serving(ILogger log, int routers, int backends);

    [LoggerMessage(Level = LogLevel.Error, Message = "entry point {EntryPoint} cannot accept connections: {Error}; it tries again")]
    public static partial void AcceptFailed(ILogger log, string entryPoint, System.Net.Sockets.SocketError error);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopping on {Signal}: requests under way may finish")]
    public static partial void Stopping(ILogger log, string signal);
}
