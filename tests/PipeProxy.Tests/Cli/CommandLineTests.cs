using PipeProxy.Cli;
using PipeProxy.Cli.Options;
using PipeProxy.Core.Configuration;
using PipeProxy.Tests.Cli.Parsing;

namespace PipeProxy.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private Func<ProxyOptions, Task<int>> _run = static _ => throw new InvalidOperationException("not asked to run");
    private Func<ProxyOptions, Task<CheckFindings>> _check = static _ => throw new InvalidOperationException("not asked to check");

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task Invoke_Run_ReturnsWhatServingReturned()
    {
        ProxyOptions? seen = null;
        _run = options =>
        {
            seen = options;
            return Task.FromResult(17);
        };
        Assert.Equal(17, await Invoke("--providers.docker"));
        Assert.NotNull(seen?.Docker);
    }

    [Fact]
    public async Task Invoke_StartFailure_IsOneLineAndItsCode()
    {
        _run = static _ => throw new StartFailure(ExitCode.Unavailable, "port 80 is in use");
        Assert.Equal(69, await Invoke("--providers.docker"));
        Assert.Equal("pipeproxy: port 80 is in use\n", _error.ToString());
    }

    [Fact]
    public async Task Invoke_Defect_IsInternal()
    {
        Assert.Equal(70, await Invoke("--providers.docker"));
        Assert.Contains("not asked to run", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_WrongFlags_AreAllSaidAndNothingRuns()
    {
        Assert.Equal(64, await Invoke("--log.level=LOUD", "--nope", "--providers.docker"));
        Assert.Equal(2, _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task Invoke_CheckWithWrongFlags_Is78AndLooksNoFurther()
    {
        Assert.Equal(78, await Invoke("check", "--nope", "--providers.docker"));
        Assert.Contains("refused  --nope: there is no such flag", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((int)CheckSeverity.Refused, 78, "refused  webapp: traefik.http.routers.x.rule: no such function")]
    [InlineData((int)CheckSeverity.Warning, 0, "warning  webapp: traefik.http.routers.x.rule: no such function")]
    [InlineData((int)CheckSeverity.Note, 0, "note     webapp: traefik.http.routers.x.rule: no such function")]
    public async Task Invoke_Check_EndsByTheWorstFinding(int severity, int exitCode, string line)
    {
        CheckFinding finding = new((CheckSeverity)severity, new ConfigurationProblem("webapp", "traefik.http.routers.x.rule", "no such function"));
        _check = _ => Task.FromResult(new CheckFindings([finding], "1 router"));
        Assert.Equal(exitCode, await Invoke("check", "--backend=http://a:1"));
        Assert.Contains(line + "\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 router; ", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_CheckWithDocker_TellsOfTheUserlandProxy()
    {
        _check = static _ => Task.FromResult(new CheckFindings([], "0 routers"));
        Assert.Equal(0, await Invoke("check", "--providers.docker", "--accesslog"));
        Assert.Contains("userland proxy", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("warning  command line: --accesslog: not served", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("0 refused, 1 warning\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("help")]
    [InlineData("--help", "--nope")]
    public async Task Invoke_Help_HoldsEveryFlagUnderItsGroup(params string[] args)
    {
        Assert.Equal(0, await Invoke(args));
        string help = _output.ToString();
        int position = 0;
        Assert.All(PipeProxy.Cli.Flags.FlagTable.All, flag =>
        {
            int at = help.IndexOf($"  --{flag.Name}=", StringComparison.Ordinal);
            Assert.True(at > position, flag.Name);
            position = at;
        });
        Assert.All(Enum.GetValues<PipeProxy.Cli.Flags.FlagGroup>(), group =>
            Assert.Contains($"\n{PipeProxy.Cli.Flags.FlagTable.TitleOf(group)}\n", help, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Invoke_Version_NamesVersionCommitRuntimeAndPlatform()
    {
        Assert.Equal(0, await Invoke("version"));
        string[] lines = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["pipeproxy", "commit", "runtime", "platform"], lines.Select(static line => line.Split(' ')[0]));
        Assert.Equal("pipeproxy 0.1.0", lines[0]);
        Assert.Contains(".NET 10", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_HealthWithNobodyThere_Is1AndSaysSo()
    {
        Assert.Equal(1, await Invoke("health", $"--status.socket=@nobody-{Guid.NewGuid():N}"));
        Assert.StartsWith("no instance answers on @nobody-", _error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> Invoke(params string[] args) =>
        new CommandLine(new CommandActions(options => _run(options), options => _check(options)), _output, _error).InvokeAsync(args, Parse.NoEnvironment);
}
