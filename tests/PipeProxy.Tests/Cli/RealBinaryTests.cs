using System.Net;
using System.Net.Sockets;
using PipeProxy.Cli.Options;
using PipeProxy.Cli.Status;

namespace PipeProxy.Tests.Cli;

/// <summary>What only the process itself can show: exit codes, signals, streams.</summary>
public sealed class RealBinaryTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeproxy-binary-");

    private string SocketPath => Path.Combine(_folder.FullName, "s.sock");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(64, "did you mean --entrypoints.web.address?", "--entrypoint.web.address=:80")]
    [InlineData(64, "--log.level=LOUD: expected one of", "--log.level=LOUD", "--providers.docker")]
    [InlineData(64, "--providers.docker.constraints=Label(`a`: expected an expression such as", "--providers.docker.constraints=Label(`a`")]
    [InlineData(64, "--providers.docker.defaultrule=Host(`{{ .Name }: expected a rule such as", "--providers.docker.defaultrule=Host(`{{ .Name }")]
    [InlineData(64, "did you mean check?", "chck")]
    [InlineData(64, "nothing to serve: give --providers.docker")]
    [InlineData(1, "no instance answers on @nobody", "health", "--status.socket=@nobody")]
    public async Task Process_Mistake_EndsWithItsCodeAndTheWayOut(int exitCode, string error, params string[] args)
    {
        var ended = await RealBinary.RunAsync(args);
        Assert.Equal(exitCode, ended.ExitCode);
        Assert.Contains(error, ended.Error, StringComparison.Ordinal);
        Assert.Empty(ended.Output);
    }

    [Theory]
    [InlineData("pipeproxy 0.1.0", "version")]
    [InlineData("--entrypoints.<name>.address=[HOST]:PORT", "--help")]
    [InlineData("# Flags", "help", "--markdown")]
    public async Task Process_Question_IsAnsweredOnStdout(string output, params string[] args)
    {
        var ended = await RealBinary.RunAsync(args);
        Assert.Equal(0, ended.ExitCode);
        Assert.Contains(output, ended.Output, StringComparison.Ordinal);
        Assert.Empty(ended.Error);
    }

    [Theory]
    [InlineData(78, "refused  --nope", "--nope")]
    [InlineData(0, "0 refused", "--backend=http://127.0.0.1:9")]
    public async Task Process_Check_EndsByWhatItFound(int exitCode, string output, string argument)
    {
        var ended = await RealBinary.RunAsync(["check", argument]);
        Assert.Equal(exitCode, ended.ExitCode);
        Assert.Contains(output, ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_BusyPort_NamesItAndEndsWith69()
    {
        using TcpListener busy = new(IPAddress.Loopback, 0);
        busy.Start();
        int port = ((IPEndPoint)busy.LocalEndpoint).Port;
        var ended = await RealBinary.RunAsync([$"--entrypoints.web.address=127.0.0.1:{port}", "--backend=http://127.0.0.1:9", $"--status.socket={SocketPath}"]);
        Assert.Equal(69, ended.ExitCode);
        Assert.Contains($"port {port} is in use by another process", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Process_StopSignal_EndsWith0AndTakesItsSocketAway(string signal)
    {
        await using RealBinary binary = await StartAsync();
        await binary.SignalAsync(signal);
        Assert.Equal(0, await binary.EndAsync());
        Assert.Contains($"stopping on {signal}", binary.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task Process_SecondStopSignal_EndsAtOnceWithARequestUnderWay()
    {
        using TcpListener backend = new(IPAddress.Loopback, 0);
        backend.Start();
        await using RealBinary binary = await StartAsync($"--backend=http://127.0.0.1:{((IPEndPoint)backend.LocalEndpoint).Port}", "--rule=Host(`slow`)");
        string listening = binary.Error.Split('\n').Single(static line => line.Contains("entry point web listens on", StringComparison.Ordinal));
        using TcpClient client = new();
        await client.ConnectAsync(IPEndPoint.Parse(listening[(listening.LastIndexOf(' ') + 1)..]));
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: slow\r\n\r\n"u8.ToArray());
        using CancellationTokenSource deadline = new(RealBinary.Deadline);
        using TcpClient taken = await backend.AcceptTcpClientAsync(deadline.Token);
        await binary.SignalAsync("TERM");
        await binary.UntilAsync(() => Task.FromResult(binary.Error.Contains("stopping on TERM", StringComparison.Ordinal)));
        await binary.SignalAsync("TERM");
        Assert.Equal(143, await binary.EndAsync());
    }

    [Theory]
    [InlineData("HUP")]
    [InlineData("PIPE")]
    public async Task Process_OtherSignal_IsIgnored(string signal)
    {
        await using RealBinary binary = await StartAsync();
        await binary.SignalAsync(signal);
        Assert.Equal(0, (await RealBinary.RunAsync(["health"], ("PIPEPROXY_STATUS_SOCKET", SocketPath))).ExitCode);
        await binary.SignalAsync("TERM");
        Assert.Equal(0, await binary.EndAsync());
    }

    [Fact]
    public async Task Process_Log_IsOneJsonObjectALineOnStderr()
    {
        await using RealBinary binary = await StartAsync("--log.format=json", "--accesslog");
        await binary.SignalAsync("TERM");
        Assert.Equal(0, await binary.EndAsync());
        Assert.Empty(binary.Output);
        string[] lines = binary.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, static line =>
        {
            using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(line);
            Assert.EndsWith("Z", document.RootElement.GetProperty("time").GetString(), StringComparison.Ordinal);
        });
        Assert.Contains(lines, static line => line.Contains("\"level\":\"warn\"", StringComparison.Ordinal) && line.Contains("--accesslog: not served", StringComparison.Ordinal));
    }

    /// <summary>A proxy that serves nothing anybody asks for, healthy.</summary>
    private async Task<RealBinary> StartAsync(params string[] args)
    {
        RealBinary binary = RealBinary.Start(
            ["--entrypoints.web.address=127.0.0.1:0", $"--status.socket={SocketPath}", .. args.Any(static arg => arg.StartsWith("--backend", StringComparison.Ordinal)) ? args : [.. args, "--backend=http://127.0.0.1:9"]]);
        try
        {
            await binary.UntilAsync(async () => (await StatusClient.AskAsync(new StatusSocketOptions(SocketPath, IsDefault: false), TimeSpan.FromSeconds(5))).Healthy);
            return binary;
        }
        catch
        {
            await binary.DisposeAsync();
            throw;
        }
    }
}
