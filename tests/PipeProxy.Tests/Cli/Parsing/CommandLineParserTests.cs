using System.Net;
using Microsoft.Extensions.Logging;
using PipeProxy.Cli.Options;
using PipeProxy.Cli.Parsing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Telemetry;

namespace PipeProxy.Tests.Cli.Parsing;

public class CommandLineParserTests
{
    [Fact]
    public void Parse_TheReportsComposeFile_IsUnderstoodWhole()
    {
        ParsedCommandLine parsed = Parse.Line(
            ["--api.insecure=true", "--providers.docker=true", "--providers.docker.exposedbydefault=false", "--entrypoints.web.address=:80"]);
        Assert.Empty(parsed.Errors);
        Assert.Equal(CommandLineParser.Run, parsed.Command);
        ProxyOptions options = parsed.Options!;
        Assert.Empty(options.Problems);
        Assert.Equal(["web", "traefik"], options.EntryPoints.Select(static entryPoint => entryPoint.Name));
        Assert.Equal([":80", ":8080"], options.EntryPoints.Select(static entryPoint => entryPoint.Address));
        Assert.Equal([false, true], options.EntryPoints.Select(static entryPoint => entryPoint.IsAdmin));
        Assert.True(options.Admin is { Api: true, Insecure: true });
        Assert.False(options.Docker!.ExposedByDefault);
        Assert.Equal("unix:///var/run/docker.sock", options.Docker.Endpoint.ToString());
        Assert.Null(options.Static);
    }

    [Fact]
    public void Parse_NothingButABackend_GivesTheDocumentedDefaults()
    {
        ProxyOptions options = Parse.Options([]);
        EntryPointOptions http = Assert.Single(options.EntryPoints);
        Assert.Equal(("http", (IPAddress?)null, 80, false), (http.Name, http.Host, http.Port, http.IsAdmin));
        Assert.Equal((60, 60, 75, 30), (http.ReadTimeout.TotalSeconds, http.WriteTimeout.TotalSeconds, http.IdleTimeout.TotalSeconds, http.GraceTimeout.TotalSeconds));
        Assert.Null(options.Docker);
        Assert.Equal("PathPrefix(`/`)", options.Static!.Rule);
        Assert.Null(options.Static.StickyCookie);
        Assert.True(options.Admin is { Api: false, Insecure: false, Ping: false });
        Assert.Equal(new LogOptions { Level = LogLevel.Information, Format = LogFormat.Common, Colour = true }, options.Log);
        Assert.Equal(
            new LimitOptions
            {
                RequestLineBytes = 8192,
                HeadBytes = 32768,
                FieldCount = 100,
                ChunkExtensionBytes = 4096,
                TrailerBytes = 8192,
                ReplayBytes = 65536,
                ReplayTotalBytes = 64 << 20,
                Connections = null,
                IdleConnectionsPerBackend = 512,
            },
            options.Limits);
        Assert.Equal(
            new TimeoutOptions
            {
                RequestHead = TimeSpan.FromSeconds(10),
                Linger = TimeSpan.FromSeconds(2),
                Connect = TimeSpan.FromSeconds(1),
                LastConnect = TimeSpan.FromSeconds(3),
                ResponseHead = TimeSpan.Zero,
                ResponseBody = TimeSpan.Zero,
                TunnelIdle = TimeSpan.FromHours(1),
                UpstreamIdle = TimeSpan.FromSeconds(4),
                TcpKeepAlive = TimeSpan.FromSeconds(30),
            },
            options.Timeouts);
        Assert.Equal(TransportKind.Auto, options.Transport);
        Assert.Equal(new StatusSocketOptions("/run/pipeproxy.sock", IsDefault: true), options.StatusSocket);
    }

    [Theory]
    [InlineData("--LOG.Level=debug")]
    [InlineData("--log.level", "DEBUG")]
    [InlineData("-log.level=Debug")]
    [InlineData("--log.level=ERROR", "--log.level=DEBUG")]
    [InlineData("run", "--log.level=DEBUG")]
    [InlineData("--log.level=DEBUG", "run")]
    [InlineData("--log.level", "DEBUG", "run")]
    public void Parse_AnySpelling_GivesTheSame(params string[] args) => Assert.Equal(LogLevel.Debug, Parse.Options(args).Log.Level);

    [Theory]
    [InlineData(true, "--providers.docker")]
    [InlineData(true, "--providers.docker", "true")]
    [InlineData(true, "--providers.docker=TRUE")]
    [InlineData(true, "--providers.docker", "--log.level=INFO")]
    [InlineData(true, "--providers.docker", "run")]
    [InlineData(true, "--providers.docker.network=web")]
    [InlineData(false, "--providers.docker=false")]
    [InlineData(false, "--providers.docker", "false")]
    [InlineData(false, "--providers.docker.network=web", "--providers.docker=false")]
    public void Parse_Docker_IsOnWhenItOrAPartOfItIsGiven(bool on, params string[] args) => Assert.Equal(on, Parse.Options(args).Docker is not null);

    [Theory]
    [InlineData("check", CommandLineParser.Check)]
    [InlineData("health", CommandLineParser.Health)]
    [InlineData("healthcheck", CommandLineParser.Health)]
    [InlineData("version", CommandLineParser.Version)]
    [InlineData("--version", CommandLineParser.Version)]
    [InlineData("help", CommandLineParser.Help)]
    [InlineData("--help", CommandLineParser.Help)]
    [InlineData("-h", CommandLineParser.Help)]
    public void Parse_Command_IsFound(string argument, string command) => Assert.Equal(command, Parse.Line(["--api", argument]).Command);

    [Fact]
    public void Parse_FlagBeforeTheCommand_BelongsToIt()
    {
        ParsedCommandLine parsed = Parse.Line(["--status.socket=@other", "health"]);
        Assert.Empty(parsed.Errors);
        Assert.Equal(new StatusSocketOptions("@other", IsDefault: false), parsed.StatusSocket);
    }

    [Fact]
    public void Parse_Health_DoesNotFailOfWhatTheInstanceWasGiven() =>
        Assert.Empty(Parse.Line(["health"], ("PIPEPROXY_LOG_LEVEL", "LOUD"), ("PIPEPROXY_STATUS_SOCKET", "@s")).Errors);

    [Theory]
    [InlineData("chekc", "did you mean check?")]
    [InlineData("frobnicate", "--help")]
    public void Parse_UnknownCommand_NamesTheNearest(string word, string way) => Assert.Contains(way, Parse.Error(word), StringComparison.Ordinal);

    [Fact]
    public void Parse_WordAfterACommand_IsRefused() => Assert.Contains("again: is neither", Parse.Error("run", "again"), StringComparison.Ordinal);

    [Fact]
    public void Parse_UnknownFlag_IsRefusedWithTheNearest() =>
        Assert.Equal("--entrypoint.web.address: there is no such flag; did you mean --entrypoints.web.address?", Parse.Error("--entrypoint.web.address=:80"));

    [Fact]
    public void Parse_UnknownFlagWithItsValueApart_IsOneError() => Assert.StartsWith("--loglevel: ", Parse.Error("--loglevel", "DEBUG"), StringComparison.Ordinal);

    [Theory]
    [InlineData("--log.level=LOUD", "expected one of DEBUG, INFO, WARN, ERROR")]
    [InlineData("--log.format=xml", "expected one of common, json")]
    [InlineData("--transport=epoll", "this version has no epoll transport")]
    [InlineData("--providers.docker=perhaps", "expected true or false")]
    [InlineData("--timeouts.requesthead=soon", "expected a duration")]
    [InlineData("--limits.head=9GiB", "expected a size from 1KiB to 1MiB")]
    [InlineData("--limits.fields=-1", "expected a whole number")]
    [InlineData("--entrypoints.web.address=80", "expected an address with a colon: :80")]
    [InlineData("--entrypoints.web.address=:53/udp", "HTTP over UDP is not served")]
    [InlineData("--backend=https://app", "TLS to backends is not built")]
    [InlineData("--sticky=a b", "expected a cookie name")]
    [InlineData("--rule=Host(`a`", "expected a rule such as")]
    [InlineData("--rule=Hots(`a`)", "at character 1")]
    public void Parse_WrongValue_NamesFlagValueAndWhatIsExpected(string argument, string expected)
    {
        string error = Parse.Error(argument);
        Assert.StartsWith(argument + ": expected", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rule")]
    [InlineData("--rule=")]
    [InlineData("--rule", "--api")]
    public void Parse_FlagWithoutItsValue_SaysThatItNeedsOne(params string[] args) =>
        Assert.Equal("--rule: needs a value: --rule=RULE", Parse.Error(args));

    [Fact]
    public void Parse_SeveralMistakes_AreAllSaid()
    {
        ParsedCommandLine parsed = Parse.Line(["--log.level=LOUD", "--nosuchthing", "--backend=app"], ("PIPEPROXY_LIMITS_FIELDS", "many"));
        Assert.Equal(4, parsed.Errors.Length);
        Assert.Contains(parsed.Errors, static error => error.ToString().StartsWith("PIPEPROXY_LIMITS_FIELDS=many: expected", StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_ValueThatLooksLikeAFile_IsNotRead() => Assert.Equal("@/etc/passwd", Parse.Options(["--status.socket=@/etc/passwd"]).StatusSocket.Path);

    [Fact]
    public void Parse_RuleWithQuotesSpacesAndEquals_IsKeptAsItIs()
    {
        const string Rule = "Host(`a.b`) && (Query(`x=1`) || Header(`y`, `z: \u00fc`))";
        Assert.Equal(Rule, Parse.Options(["--rule", Rule]).Static!.Rule);
        Assert.Equal(Rule, Parse.Options(["--rule=" + Rule]).Static!.Rule);
    }

    [Fact]
    public void Parse_Backends_RepeatAndListAreTheSame()
    {
        ProxyOptions options = Parse.Options(["--backend=http://a:1,http://b:2", "--backend", "http://c:3", "--backend=http://A:1"]);
        Assert.Equal(["http://a:1", "http://b:2", "http://c:3", "http://10.9.9.9:9"], options.Static!.Backends.Select(static backend => backend.Url));
        Assert.Contains(options.Problems, static problem => problem.Reason.Contains("http://a:1 is given more than once", StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_StickyWithoutBackend_IsSaidToHaveNoEffect()
    {
        ParsedCommandLine parsed = Parse.Line(["--providers.docker", "--sticky=x"]);
        Assert.Empty(parsed.Errors);
        Assert.Equal("--sticky", Assert.Single(parsed.Options!.Problems).Key);
    }

    [Theory]
    [InlineData]
    [InlineData("--api")]
    [InlineData("--log.level=DEBUG")]
    [InlineData("--providers.docker=false")]
    public void Parse_NothingToServe_SaysWhatToGive(params string[] args)
    {
        string error = Assert.Single(Parse.Line(args).Errors).ToString();
        Assert.Contains("--providers.docker", error, StringComparison.Ordinal);
        Assert.Contains("--backend=", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--api.insecure")]
    [InlineData("--ping")]
    public void Parse_NothingButTheAdminEntryPoint_StartsWithAWarning(string flag)
    {
        ParsedCommandLine parsed = Parse.Line([flag]);
        Assert.Empty(parsed.Errors);
        Assert.Contains("nothing but the API", Assert.Single(parsed.Options!.Problems).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TraefikFlagNotServed_WarnsOnceByNameAndStarts()
    {
        ProxyOptions options = Parse.Options(["--accesslog=true", "--accessLog", "--certificatesresolvers.le.acme.email", "me@example.org", "--api.dashboard"]);
        Assert.Equal(["--accesslog", "--certificatesresolvers.le.acme.email", "--api.dashboard"], options.Problems.Select(static problem => problem.Key));
        Assert.All(options.Problems, static problem => Assert.StartsWith("not served", problem.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--providers.docker.watch=true")]
    [InlineData("--global.sendanonymoususage=false")]
    [InlineData("--api.dashboard=false")]
    public void Parse_TraefikFlagThatAsksForWhatHappensAnyway_IsSilent(string argument) => Assert.Empty(Parse.Options([argument]).Problems);

    [Fact]
    public void Parse_TraefikFlagBeforeACommand_DoesNotEatIt() => Assert.Equal(CommandLineParser.Check, Parse.Line(["--accesslog", "check"]).Command);

    [Fact]
    public void Parse_Problems_NameFlagsAndNotValues()
    {
        ConfigurationProblem problem = Assert.Single(Parse.Options(["--providers.docker.password=hunter2"]).Problems);
        Assert.DoesNotContain("hunter2", problem.ToString(), StringComparison.Ordinal);
    }
}
