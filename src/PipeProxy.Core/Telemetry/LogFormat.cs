namespace PipeProxy.Core.Telemetry;

/// <summary>How a line of the log is written. The names are Traefik's.</summary>
public enum LogFormat
{
    /// <summary>Time, level, logger, message: for people.</summary>
    Common,

    /// <summary>One JSON object a line.</summary>
    Json,
}
