using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>Keeps what was logged, so that a test can say what it saw and a defect is never passed over.</summary>
internal sealed class RecordingLog : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _entries = new();

    public IEnumerable<string> Errors => _entries.Where(e => e.Level >= LogLevel.Error).Select(e => e.Text);

    /// <summary>Forgets what was expected.</summary>
    public void Clear() => _entries.Clear();

    public override string ToString() => string.Join('\n', _entries.Select(e => $"{e.Level}: {e.Text}"));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));
}
