using Microsoft.Extensions.Logging;
using PipeProxy.Cli.Flags;
using PipeProxy.Cli.Options;
using PipeProxy.Cli.Parsing;

namespace PipeProxy.Tests.Cli.Parsing;

public class EnvironmentTests
{
    [Fact]
    public void Parse_OneFlagFromThreeSources_TakesTheStrongest()
    {
        (string, string) ours = ("PIPEPROXY_LOG_LEVEL", "WARN"), traefiks = ("TRAEFIK_LOG_LEVEL", "ERROR");
        Assert.Equal(LogLevel.Debug, Parse.Options(["--log.level=DEBUG"], ours, traefiks).Log.Level);
        Assert.Equal(LogLevel.Warning, Parse.Options([], ours, traefiks).Log.Level);
        Assert.Equal(LogLevel.Error, Parse.Options([], traefiks).Log.Level);
        Assert.Equal(LogLevel.Information, Parse.Options([]).Log.Level);
    }

    [Fact]
    public void Parse_AFlagHidesAWeakerList_Whole() =>
        Assert.Equal("http://10.9.9.9:9", Assert.Single(Parse.Options([], ("PIPEPROXY_BACKEND", "http://a:1,http://b:2")).Static!.Backends).Url);

    [Fact]
    public void Parse_VariablesAlone_SayEverythingFlagsCan()
    {
        ParsedCommandLine parsed = Parse.Line(
            [],
            ("TRAEFIK_PROVIDERS_DOCKER_EXPOSEDBYDEFAULT", "false"),
            ("PIPEPROXY_ENTRYPOINTS_WEB_ADDRESS", ":81"),
            ("PIPEPROXY_BACKEND", "http://a:1, http://b:2"));
        Assert.Empty(parsed.Errors);
        ProxyOptions options = parsed.Options!;
        Assert.Empty(options.Problems);
        Assert.False(options.Docker!.ExposedByDefault);
        Assert.Equal(("web", ":81"), (options.EntryPoints[0].Name, options.EntryPoints[0].Address));
        Assert.Equal(2, options.Static!.Backends.Length);
    }

    [Fact]
    public void Parse_EveryFlag_HasAVariableThatFindsItAgain() => Assert.All(FlagTable.All, static flag =>
    {
        string variable = flag.EnvironmentVariable.Replace("<NAME>", "WEB", StringComparison.Ordinal);
        Assert.True(FlagTable.TryFindVariable(variable["PIPEPROXY_".Length..], out FlagDefinition? found, out string? entryPoint));
        Assert.Same(flag, found);
        Assert.Equal(flag.PerEntryPoint ? "web" : null, entryPoint);
    });

    [Fact]
    public void Parse_EmptyVariable_SaysNothing() => Assert.Equal(LogLevel.Information, Parse.Options([], ("PIPEPROXY_LOG_LEVEL", "")).Log.Level);

    [Theory]
    [InlineData("TRAEFIK_PORT")]
    [InlineData("TRAEFIK_PORT_80_TCP")]
    [InlineData("TRAEFIK_PORT_80_TCP_ADDR")]
    [InlineData("TRAEFIK_PORT_8080_TCP_PROTO")]
    [InlineData("TRAEFIK_1_PORT_80_TCP_PORT")]
    [InlineData("TRAEFIK_NAME")]
    [InlineData("TRAEFIK_ENV_PATH")]
    [InlineData("TRAEFIK_SERVICE_HOST")]
    [InlineData("TRAEFIK_SERVICE_PORT_WEB")]
    [InlineData("PIPEPROXY_PORT_80_TCP_ADDR")]
    public void Parse_VariableThatALinkInjects_IsSilent(string variable) => Assert.Empty(Parse.Options([], (variable, "tcp://172.17.0.2:80")).Problems);

    [Theory]
    [InlineData("PIPEPROXY_LOGLEVEL", "did you mean PIPEPROXY_LOG_LEVEL?")]
    [InlineData("TRAEFIK_PROVIDER_DOCKER", "did you mean TRAEFIK_PROVIDERS_DOCKER?")]
    [InlineData("TRAEFIK_XYZZY", "no flag has this name")]
    [InlineData("TRAEFIK_ACCESSLOG", "not served")]
    public void Parse_UnknownVariable_OnlyWarns(string variable, string reason)
    {
        var problem = Assert.Single(Parse.Options([], (variable, "secret")).Problems);
        Assert.Equal(("environment", variable), (problem.Source, problem.Key));
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_WrongValueInAVariable_NamesTheVariable() =>
        Assert.StartsWith("TRAEFIK_LOG_LEVEL=LOUD: expected one of", Assert.Single(Parse.Line(["--providers.docker"], ("TRAEFIK_LOG_LEVEL", "LOUD")).Errors).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Parse_DockerHost_IsTheEndpointUnlessAFlagIsGiven()
    {
        (string, string) host = ("DOCKER_HOST", "tcp://10.0.0.2:2375");
        Assert.Equal("tcp://10.0.0.2:2375/", Parse.Options(["--providers.docker"], host).Docker!.Endpoint.ToString());
        Assert.Equal("unix:///x.sock", Parse.Options(["--providers.docker.endpoint=unix:///x.sock"], host).Docker!.Endpoint.ToString());
        Assert.Null(Parse.Options([], host).Docker);
    }

    [Fact]
    public void Parse_DockerHostThatIsNotServed_IsNamed() =>
        Assert.StartsWith(
            "DOCKER_HOST=ssh://me@host: expected unix://",
            Assert.Single(Parse.Line(["--providers.docker"], ("DOCKER_HOST", "ssh://me@host")).Errors).ToString(),
            StringComparison.Ordinal);
}
