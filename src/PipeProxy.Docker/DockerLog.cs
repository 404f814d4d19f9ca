using System.Globalization;

namespace PipeProxy.Docker;

/// <summary>How much a line matters.</summary>
public enum DockerLogLevel
{
    /// <summary>For whoever looks into one thing.</summary>
    Debug,

    /// <summary>A change that somebody may look for later.</summary>
    Information,

    /// <summary>Something does not work, and the proxy works on.</summary>
    Warning,
}

/// <summary>Every line this part of the program logs. None of them holds an answer of the engine.</summary>
/// <param name="write">Where a line goes; called on the thread pool, must not block for long.</param>
public sealed class DockerLog(Action<DockerLogLevel, string> write)
{
    internal void Connected(string endpoint, int containers) =>
        Write(DockerLogLevel.Information, $"connected to the Docker engine at {endpoint}, {containers} containers to serve");

    internal void Lost(string reason) => Write(DockerLogLevel.Warning, $"the Docker engine can't be read, the last configuration stays in force: {reason}");

    internal void FileMount(string endpoint, string cause) => Write(DockerLogLevel.Warning, $"{endpoint} has refused connections for 30 s: {cause}");

    internal void Draining(string container, string signal) => Write(DockerLogLevel.Information, $"container {container} was sent its stop signal ({signal}) and is drained");

    internal void Undrained(string container, TimeSpan after) =>
        Write(DockerLogLevel.Warning, $"container {container} still runs {after.TotalSeconds:0} s after its stop signal and is served again");

    internal void InspectFailed(string container, string reason) => Write(DockerLogLevel.Warning, $"container {container} can't be read now, it is tried again: {reason}");

    internal void PublishFailed(string reason) => Write(DockerLogLevel.Warning, $"a configuration was not taken: {reason}");

    private void Write(DockerLogLevel level, FormattableString line) => write(level, line.ToString(CultureInfo.InvariantCulture));
}
