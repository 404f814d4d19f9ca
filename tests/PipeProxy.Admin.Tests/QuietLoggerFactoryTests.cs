using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PipeProxy.Admin.Tests;

public sealed class QuietLoggerFactoryTests
{
    [Fact]
    public void Log_OfAnyCategory_PassesWarningsUnderOneName()
    {
        Recorder recorder = new();
        QuietLoggerFactory quiet = new(recorder);

        ILogger logger = quiet.CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics");
        logger.Log(LogLevel.Information, default, "Request starting", null, static (text, _) => text);
        logger.Log(LogLevel.Warning, default, "Something is wrong", null, static (text, _) => text);

        Assert.Equal(["admin Warning Something is wrong"], recorder.Lines);
    }

    [Fact]
    public async Task Start_ServeAndStop_LogsNothing()
    {
        Recorder recorder = new();
        AdminFixture admin = await AdminFixture.StartAsync(logs: recorder);
        await admin.GetAsync("/api/overview");
        await admin.DisposeAsync();

        Assert.Empty(recorder.Lines);
    }

    private sealed class Recorder : ILoggerFactory
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Line(this, categoryName);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        private sealed class Line(Recorder recorder, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                recorder.Lines.Enqueue($"{category} {logLevel} {formatter(state, exception)}");
        }
    }
}
