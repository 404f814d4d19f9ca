using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using PipeProxy.Core.Telemetry;

namespace PipeProxy.Core.Tests.Telemetry;

public partial class ProxyLogTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(2));

    [Fact]
    public void Write_Common_IsTimeLevelLoggerMessage() =>
        Assert.Equal("2026-01-02T01:04:05.678Z WARN  docker: container web is gone\n", Logged(new(), static log => Say.Gone(log.CreateLogger("docker"), "web")));

    [Fact]
    public void Write_Json_IsOneObjectWithTheValuesByName()
    {
        using JsonDocument line = JsonDocument.Parse(Logged(new(Format: LogFormat.Json), static log => Say.Gone(log.CreateLogger("docker"), "we\"b")));
        JsonElement root = line.RootElement;
        Assert.Equal(
            ("2026-01-02T01:04:05.678Z", "warn", "docker", "container we\"b is gone", "we\"b"),
            (root.GetProperty("time").GetString(), root.GetProperty("level").GetString(), root.GetProperty("logger").GetString(),
                root.GetProperty("message").GetString(), root.GetProperty("fields").GetProperty("Name").GetString()));
    }

    [Theory]
    [InlineData(LogFormat.Common)]
    [InlineData(LogFormat.Json)]
    public void Write_ControlCharacters_NeverReachTheTerminal(LogFormat format)
    {
        string line = Logged(new(Format: format), static log => Say.Gone(log.CreateLogger("x"), "a\nb\r\t\u001b[31m\0\u007f\u009b31m\u2028"));
        Assert.All(line[..^1], static c => Assert.False(char.IsControl(c) || c == '\u2028', ((int)c).ToString("x4", CultureInfo.InvariantCulture)));
        Assert.EndsWith("\n", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Exception_IsOnTheSameLine()
    {
        string line = Logged(new(), static log => Say.Failed(log.CreateLogger("x"), new InvalidOperationException("first\nsecond")));
        Assert.Equal(1, line.Count(static c => c == '\n'));
        Assert.Contains("it failed | System.InvalidOperationException: first\\nsecond", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogLevel.Debug, 2)]
    [InlineData(LogLevel.Warning, 2)]
    [InlineData(LogLevel.Error, 1)]
    [InlineData(LogLevel.Critical, 0)]
    public void Write_BelowTheLevel_IsLeftOut(LogLevel level, int lines) =>
        Assert.Equal(lines, Logged(new(level), static log =>
        {
            ILogger logger = log.CreateLogger("x");
            Say.Gone(logger, "a");
            Say.Failed(logger, new InvalidOperationException("b"));
        }).Count(static c => c == '\n'));

    [Fact]
    public void Write_Colour_IsAroundTheLevelAlone() =>
        Assert.Equal("2026-01-02T01:04:05.678Z \u001b[33mWARN \u001b[0m x: container a is gone\n", Logged(new(Colour: true), static log => Say.Gone(log.CreateLogger("x"), "a")));

    [Fact]
    public void Write_ManyThreads_KeepsEveryLineWholeAndEachThreadsOrder()
    {
        const int Threads = 8, Each = 500;
        string text = Logged(new(), static log => Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, thread =>
        {
            ILogger logger = log.CreateLogger("t" + thread.ToString(CultureInfo.InvariantCulture));
            for (int i = 0; i < Each; i++)
            {
                Say.Count(logger, i);
            }
        }));
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Threads * Each, lines.Length);
        foreach (var ofThread in lines.Select(static line => line[(line.IndexOf(" t", StringComparison.Ordinal) + 1)..].Split(": ")).GroupBy(static parts => parts[0]))
        {
            Assert.Equal(Enumerable.Range(0, Each).Select(static i => $"number {i}"), ofThread.Select(static parts => parts[1]));
        }
    }

    [Fact]
    public void Write_ReaderThatStands_DropsAndSaysHowMany()
    {
        GatedStream output = new();
        ProxyLog log = new(new(), output, new FixedTime(), capacity: 4);
        ILogger logger = log.CreateLogger("x");
        Say.Count(logger, 0);
        Assert.True(output.Entered.Wait(TimeSpan.FromSeconds(30)));
        // The writer holds the first line; four wait; the rest find no room, and no caller waits for it.
        for (int i = 1; i <= 10; i++)
        {
            Say.Count(logger, i);
        }

        Assert.Equal(6, log.Dropped);
        output.Open.Set();
        log.Dispose();
        string text = Encoding.UTF8.GetString(output.ToArray());
        Assert.Contains("number 4\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("number 5\n", text, StringComparison.Ordinal);
        Assert.Contains("WARN  log: 6 log lines were dropped", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OutputThatFails_EndsNobody()
    {
        ProxyLog log = new(new(), new FailingStream(), new FixedTime());
        ILogger logger = log.CreateLogger("x");
        Say.Count(logger, 1);
        log.Dispose();
        Assert.Equal(0, log.Dropped);
    }

    [Fact]
    public void Write_AfterDispose_IsDropped()
    {
        MemoryStream output = new();
        ProxyLog log = new(new(), output, new FixedTime());
        ILogger logger = log.CreateLogger("x");
        log.Dispose();
        Say.Count(logger, 1);
        Assert.Equal(1, log.Dropped);
        Assert.Empty(output.ToArray());
        log.Dispose();
    }

    private static string Logged(ProxyLogOptions options, Action<ProxyLog> act)
    {
        MemoryStream output = new();
        ProxyLog log = new(options, output, new FixedTime());
        act(log);
        log.Dispose();
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static partial class Say
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "container {Name} is gone")]
        public static partial void Gone(ILogger log, string name);

        [LoggerMessage(Level = LogLevel.Error, Message = "it failed")]
        public static partial void Failed(ILogger log, Exception exception);

        [LoggerMessage(Level = LogLevel.Information, Message = "number {Number}")]
        public static partial void Count(ILogger log, int number);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>Lets nothing through until it is opened.</summary>
    private sealed class GatedStream : MemoryStream
    {
        public ManualResetEventSlim Entered { get; } = new();

        public ManualResetEventSlim Open { get; } = new();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Entered.Set();
            Open.Wait();
            base.Write(buffer);
        }
    }

    private sealed class FailingStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("nobody reads");
    }
}
