using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PipeProxy.Core.Telemetry;

/// <summary>How a <see cref="ProxyLog"/> writes.</summary>
/// <param name="Level">The least severe level that is written.</param>
/// <param name="Format">Text for people or one JSON object a line.</param>
/// <param name="Colour">Colour the levels of the text form; the caller has found out that a terminal reads along.</param>
public sealed record ProxyLogOptions(LogLevel Level = LogLevel.Information, LogFormat Format = LogFormat.Common, bool Colour = false);

/// <summary>
/// The process's log: one line an event, RFC 3339 times in UTC. A caller formats its message, puts it into a bounded
/// queue and goes on: it takes no lock and never waits for the reader of the log. One background thread writes. When
/// the queue is full the newest lines are dropped, and their number is written as soon as there is room again.
/// </summary>
public sealed class ProxyLog : ILoggerFactory, ILoggerProvider
{
    private const int DefaultCapacity = 8192;
    private static readonly TimeSpan FlushPatience = TimeSpan.FromSeconds(2);

    private readonly ProxyLogOptions _options;
    private readonly TimeProvider _clock;
    private readonly Stream _output;
    private readonly LogQueue _queue;
    private readonly LogLineWriter _writer;
    private readonly ConcurrentDictionary<string, Logger> _loggers = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Thread _thread;
    private int _sleeping;
    private int _stopping;
    private long _dropped;

    /// <summary>Starts the writing thread.</summary>
    /// <param name="options">Level and form.</param>
    /// <param name="output">Where lines go; not disposed. Errors of writing are swallowed: there is nobody to tell.</param>
    /// <param name="clock">Source of the times; null = the system's.</param>
    /// <param name="capacity">Lines that may wait, rounded up to a power of two.</param>
    public ProxyLog(ProxyLogOptions options, Stream output, TimeProvider? clock = null, int capacity = DefaultCapacity)
    {
        _options = options;
        _clock = clock ?? TimeProvider.System;
        _output = output;
        _queue = new LogQueue(capacity);
        _writer = new LogLineWriter(options.Format, options.Colour);
        _thread = new Thread(WriteUntilStopped) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    /// <summary>A log to stderr, coloured where <paramref name="colourAllowed"/> and stderr is a terminal that wants it.</summary>
    public static ProxyLog ToStandardError(LogLevel level, LogFormat format, bool colourAllowed) =>
        new(new ProxyLogOptions(level, format, colourAllowed && TerminalWantsColour()), Console.OpenStandardError());

    /// <summary>Lines dropped since the start because the queue was full.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The logger of <paramref name="categoryName"/>: one short word (<c>docker</c>), written before the message.</summary>
    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, static (name, log) => new Logger(log, name), this);

    /// <summary>There is one provider, this one.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The log has one destination.");

    /// <summary>Writes what waits, for at most 2 s, and stops. Later lines are dropped. Idempotent.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _stopping, 1) == 0)
        {
            _wake.Release();
        }

        if (Thread.CurrentThread != _thread)
        {
            _thread.Join(FlushPatience);
        }
    }

    private static bool TerminalWantsColour() => !Console.IsErrorRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    private void Enqueue(LogEntry entry)
    {
        if (Volatile.Read(ref _stopping) != 0 || !_queue.TryEnqueue(entry))
        {
            Interlocked.Increment(ref _dropped);
            return;
        }

        // Only the caller that finds the writer asleep wakes it; all others pay one read.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleeping) == 1 && Interlocked.Exchange(ref _sleeping, 0) == 1)
        {
            _wake.Release();
        }
    }

    private void WriteUntilStopped()
    {
        long reported = 0;
        while (true)
        {
            WriteWaiting(ref reported);
            if (Volatile.Read(ref _stopping) != 0)
            {
                WriteWaiting(ref reported);
                return;
            }

            Interlocked.Exchange(ref _sleeping, 1);
            if (_queue.IsEmpty && Volatile.Read(ref _stopping) == 0)
            {
                _wake.Wait();
            }

            Volatile.Write(ref _sleeping, 0);
        }
    }

    private void WriteWaiting(ref long reported)
    {
        bool any = false;
        while (_queue.TryDequeue(out LogEntry entry))
        {
            any = true;
            Write(entry);
        }

        long dropped = Dropped;
        if (dropped != reported)
        {
            any = true;
            Write(new LogEntry(_clock.GetUtcNow(), LogLevel.Warning, "log", $"{dropped - reported} log lines were dropped: whoever reads the log is too slow", [], null));
            reported = dropped;
        }

        if (any)
        {
            Guard(_output.Flush);
        }
    }

    private void Write(in LogEntry entry)
    {
        ReadOnlyMemory<byte> line = _writer.Write(entry);
        Guard(() => _output.Write(line.Span));
    }

    /// <summary>A log that nobody can read any more must not end the proxy.</summary>
    private static void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
        }
    }

    private sealed class Logger(ProxyLog log, string category) : ILogger
    {
        public bool IsEnabled(LogLevel level) => level >= log._options.Level && level != LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel level, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(level))
            {
                return;
            }

            // The state may be reused by the caller: all that is needed of it is taken now.
            KeyValuePair<string, string>[] fields = log._options.Format == LogFormat.Json ? LogEntry.FieldsOf(state) : [];
            log.Enqueue(new LogEntry(log._clock.GetUtcNow(), level, category, formatter(state, exception), fields, exception?.ToString()));
        }
    }
}
