using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PipeProxy.Cli.Options;
using PipeProxy.Cli.Status;

namespace PipeProxy.Tests.Cli.Status;

[SupportedOSPlatform("linux")]
public sealed class StatusSocketTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeproxy-status-");

    private string SocketPath => Path.Combine(_folder.FullName, "s.sock");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Ask_HealthyInstance_IsOk()
    {
        await using StatusSocket? server = Open(SocketPath, static () => StatusAnswer.Ok);
        Assert.Equal(new StatusAnswer(true, "ok"), await Ask(SocketPath));
        Assert.Equal(new StatusAnswer(true, "ok"), await Ask(SocketPath));
    }

    [Fact]
    public async Task Ask_StartingInstance_IsNotHealthyAndSaysWhy()
    {
        bool started = false;
        await using StatusSocket? server = Open(SocketPath, () => started ? StatusAnswer.Ok : StatusAnswer.Not("starting: no configuration yet"));
        Assert.Equal(new StatusAnswer(false, "starting: no configuration yet"), await Ask(SocketPath));
        started = true;
        Assert.True((await Ask(SocketPath)).Healthy);
    }

    [Fact]
    public async Task Ask_ReasonWithControlCharacters_IsOneCleanLine()
    {
        await using StatusSocket? server = Open(SocketPath, static () => StatusAnswer.Not("a\nok\u001b[31m"));
        Assert.Equal(new StatusAnswer(false, "a ok [31m"), await Ask(SocketPath));
    }

    [Fact]
    public async Task Ask_Nobody_IsAnAnswer()
    {
        StatusAnswer answer = await Ask(SocketPath);
        Assert.False(answer.Healthy);
        Assert.Contains(SocketPath, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_InstanceThatNeverAnswers_EndsAfterThePatience()
    {
        using Socket silent = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        silent.Bind(new UnixDomainSocketEndPoint(SocketPath));
        silent.Listen();
        StatusAnswer answer = await StatusClient.AskAsync(new StatusSocketOptions(SocketPath, IsDefault: false), TimeSpan.FromMilliseconds(100));
        Assert.False(answer.Healthy);
        Assert.Contains("no answer within 0.1 s", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_PeerThatSaysNoLine_IsNotHealthy()
    {
        using Socket odd = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        odd.Bind(new UnixDomainSocketEndPoint(SocketPath));
        odd.Listen();
        Task<StatusAnswer> asking = Ask(SocketPath);
        using (Socket client = await odd.AcceptAsync())
        {
            // The question is taken first: a close with unread bytes would be a reset.
            await client.ReceiveAsync(new byte[64]);
            await client.SendAsync("ok"u8.ToArray());
        }

        Assert.Equal(new StatusAnswer(false, $"{SocketPath}: the answer is no line"), await asking);
    }

    [Fact]
    public async Task Answer_AnotherQuestion_IsRefused()
    {
        await using StatusSocket? server = Open(SocketPath, static () => StatusAnswer.Ok);
        Assert.Equal("unknown question\n", await Talk(SocketPath, "reload\n"u8.ToArray()));
    }

    [Fact]
    public async Task Answer_WhileAnotherClientSaysNothing_GoesOn()
    {
        await using StatusSocket? server = Open(SocketPath, static () => StatusAnswer.Ok);
        using Socket idle = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await idle.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        Assert.True((await Ask(SocketPath)).Healthy);
    }

    [Fact]
    public async Task Open_Path_IsForTheOwnerAlone()
    {
        await using StatusSocket? server = Open(SocketPath, static () => StatusAnswer.Ok);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
    }

    [Fact]
    public async Task Open_PathOfALiveInstance_IsLeftAloneAndLogged()
    {
        await using StatusSocket? first = Open(SocketPath, static () => StatusAnswer.Not("first"));
        CollectingLog log = new();
        Assert.Null(StatusSocket.Open(new StatusSocketOptions(SocketPath, IsDefault: false), static () => StatusAnswer.Not("second"), log));
        Assert.Contains("another instance answers there", Assert.Single(log.Lines), StringComparison.Ordinal);
        Assert.Equal("first", (await Ask(SocketPath)).Text);
    }

    [Fact]
    public async Task Open_FileThatADeadInstanceLeft_IsReplaced()
    {
        using (Socket dead = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // Bound under another name and moved: closing removes the name it was bound to, and leaves the file as a kill would.
            dead.Bind(new UnixDomainSocketEndPoint(SocketPath + ".x"));
            File.Move(SocketPath + ".x", SocketPath);
        }

        Assert.True(File.Exists(SocketPath));
        await using StatusSocket? server = Open(SocketPath, static () => StatusAnswer.Ok);
        Assert.True((await Ask(SocketPath)).Healthy);
    }

    [Fact]
    public void Open_FileThatIsNoSocket_IsNotTouched()
    {
        File.WriteAllText(SocketPath, "precious");
        CollectingLog log = new();
        Assert.Null(StatusSocket.Open(new StatusSocketOptions(SocketPath, IsDefault: false), static () => StatusAnswer.Ok, log));
        Assert.Equal("precious", File.ReadAllText(SocketPath));
        Assert.Contains("no socket", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FolderThatIsNotThere_IsLogged()
    {
        CollectingLog log = new();
        string path = Path.Combine(_folder.FullName, "missing", "s.sock");
        Assert.Null(StatusSocket.Open(new StatusSocketOptions(path, IsDefault: false), static () => StatusAnswer.Ok, log));
        Assert.Contains(path, Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_AbstractName_NeedsNoFile()
    {
        string name = $"@pipeproxy-test-{Guid.NewGuid():N}";
        await using StatusSocket? server = Open(name, static () => StatusAnswer.Ok);
        Assert.True((await Ask(name)).Healthy);
    }

    [Fact]
    public async Task OpenAndAsk_DefaultPathThatCannotBeWritten_MeetOnTheAbstractName()
    {
        // The stand-in is one name for the whole network namespace, so this is the only test that may take it.
        string path = Path.Combine(_folder.FullName, "missing", "s.sock");
        CollectingLog log = new();
        StatusSocketOptions options = new(path, IsDefault: true);
        await using StatusSocket? server = StatusSocket.Open(options, static () => StatusAnswer.Not("from the stand-in"), log);
        Assert.Equal("@pipeproxy", server!.Path);
        Assert.Equal("from the stand-in", (await StatusClient.AskAsync(options, Patience)).Text);
        Assert.Contains("health is answered on @pipeproxy", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_Server_TakesItsFileAway()
    {
        StatusSocket? server = Open(SocketPath, static () => StatusAnswer.Ok);
        await server!.DisposeAsync();
        Assert.False(File.Exists(SocketPath));
        Assert.False((await Ask(SocketPath)).Healthy);
    }

    private static StatusSocket? Open(string path, Func<StatusAnswer> health)
    {
        StatusSocket? server = StatusSocket.Open(new StatusSocketOptions(path, IsDefault: false), health, NullLogger.Instance);
        Assert.NotNull(server);
        return server;
    }

    private static Task<StatusAnswer> Ask(string path) => StatusClient.AskAsync(new StatusSocketOptions(path, IsDefault: false), Patience);

    private static async Task<string> Talk(string path, byte[] question)
    {
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await client.SendAsync(question);
        using NetworkStream stream = new(client);
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync();
    }

    private sealed class CollectingLog : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
