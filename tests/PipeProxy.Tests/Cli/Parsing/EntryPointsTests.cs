using PipeProxy.Cli.Options;
using PipeProxy.Cli.Parsing;

namespace PipeProxy.Tests.Cli.Parsing;

public class EntryPointsTests
{
    [Fact]
    public void Parse_OptionsOfAnEntryPoint_AreItsOwn()
    {
        ProxyOptions options = Parse.Options(
        [
            "--entryPoints.webSecure.address=127.0.0.1:8443",
            "--entrypoints.web.address=:80",
            "--entrypoints.web.forwardedHeaders.trustedIPs=10.0.0.0/8,192.168.0.1",
            "--entrypoints.WEB.transport.respondingTimeouts.idleTimeout=5s",
            "--entrypoints.websecure.forwardedheaders.insecure",
            "--entrypoints.web.transport.lifecycle.gracetimeout=3",
        ]);
        Assert.Equal(["webSecure", "web"], options.EntryPoints.Select(static entryPoint => entryPoint.Name));
        EntryPointOptions secure = options.EntryPoints[0], web = options.EntryPoints[1];
        Assert.Equal(["10.0.0.0/8", "192.168.0.1/32"], web.TrustedPeers.Select(static network => network.ToString()));
        Assert.Equal((5, 3), (web.IdleTimeout.TotalSeconds, web.GraceTimeout.TotalSeconds));
        Assert.Equal((75, 30), (secure.IdleTimeout.TotalSeconds, secure.GraceTimeout.TotalSeconds));
        Assert.True(secure.TrustsEveryPeer);
        Assert.False(web.TrustsEveryPeer);
        Assert.Empty(secure.TrustedPeers);
    }

    [Fact]
    public void Parse_OnlyTheAdminEntryPointGiven_StillServesOn80()
    {
        ProxyOptions options = Parse.Options(["--api.insecure", "--entrypoints.traefik.address=:9000"]);
        Assert.Equal([":80", ":9000"], options.EntryPoints.Select(static entryPoint => entryPoint.Address));
        Assert.Equal(["http", "traefik"], options.EntryPoints.Select(static entryPoint => entryPoint.Name));
    }

    [Fact]
    public void Parse_AdminEntryPointWithoutAddress_StaysOn8080WithItsOptions()
    {
        EntryPointOptions admin = Parse.Options(["--api.insecure", "--entrypoints.traefik.transport.lifecycle.gracetimeout=1s"]).EntryPoints[^1];
        Assert.Equal((":8080", 1), (admin.Address, admin.GraceTimeout.TotalSeconds));
    }

    [Fact]
    public void Parse_DefaultEntryPointWithoutAddress_StaysOn80WithItsOptions()
    {
        EntryPointOptions http = Assert.Single(Parse.Options(["--entrypoints.http.forwardedheaders.insecure"]).EntryPoints);
        Assert.Equal((":80", true), (http.Address, http.TrustsEveryPeer));
    }

    [Fact]
    public void Parse_EntryPointWithoutAddress_SaysWhatToGive() =>
        Assert.Equal(
            "--entrypoints.web.forwardedheaders.insecure: the entry point web has no address; give --entrypoints.web.address=:80",
            Parse.Error("--entrypoints.web.forwardedheaders.insecure"));

    [Theory]
    [InlineData(":8000", ":8000")]
    [InlineData(":8000", "127.0.0.1:8000")]
    [InlineData("0.0.0.0:8000", "127.0.0.1:8000")]
    [InlineData("[::1]:8000", "[::1]:8000")]
    public void Parse_TwoEntryPointsOnOnePort_AreRefusedByName(string first, string second) =>
        Assert.Equal(
            $"--entrypoints.b.address={second}: the entry point a listens on {first} already; give one of the two another port",
            Parse.Error($"--entrypoints.a.address={first}", $"--entrypoints.b.address={second}"));

    [Theory]
    [InlineData("127.0.0.1:8000", "127.0.0.2:8000")]
    [InlineData("0.0.0.0:8000", "[::1]:8000")]
    [InlineData(":0", ":0")]
    public void Parse_TwoEntryPointsThatDoNotMeet_AreTaken(string first, string second) =>
        Assert.Equal(2, Parse.Options([$"--entrypoints.a.address={first}", $"--entrypoints.b.address={second}"]).EntryPoints.Length);

    [Fact]
    public void Parse_EntryPointOnTheAdminPort_IsRefused() =>
        Assert.Contains("entry point web listens on :8080 already", Parse.Error("--entrypoints.web.address=:8080", "--api.insecure"), StringComparison.Ordinal);

    [Theory]
    [InlineData("--entrypoints.web.http.tls")]
    [InlineData("--entrypoints.web.http.tls=true")]
    [InlineData("--entrypoints.web.http.tls.certresolver=le")]
    public void Parse_TlsOfAnEntryPoint_IsMarkedAndSaid(string argument)
    {
        ProxyOptions options = Parse.Options(["--entrypoints.web.address=:443", argument]);
        Assert.True(options.EntryPoints[0].Tls);
        Assert.Contains(options.Problems, static problem => problem.Reason.Contains("none is served in clear", StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_TlsOfAnEntryPointByVariable_IsMarkedToo() =>
        Assert.True(Parse.Options(["--entrypoints.web.address=:443"], ("TRAEFIK_ENTRYPOINTS_WEB_HTTP_TLS_CERTRESOLVER", "le")).EntryPoints[0].Tls);

    [Fact]
    public void Parse_Ping_AddsTheAdminEntryPoint()
    {
        ProxyOptions options = Parse.Options(["--ping", "--entrypoints.web.address=:80"]);
        Assert.True(options.Admin is { Ping: true, PingEntryPoint: "traefik", Api: false });
        Assert.Equal(":8080", options.EntryPoints[^1].Address);
    }

    [Fact]
    public void Parse_PingOnAnotherEntryPoint_IsSwitchedOnByNamingIt()
    {
        ProxyOptions options = Parse.Options(["--ping.entrypoint=WEB", "--entrypoints.web.address=:80"]);
        Assert.True(options.Admin is { Ping: true, PingEntryPoint: "web" });
        Assert.Single(options.EntryPoints);
    }

    [Fact]
    public void Parse_PingOnAnUnknownEntryPoint_NamesThoseThereAre() =>
        Assert.Equal(
            "--ping.entrypoint=wbe: there is no such entry point; there are web",
            Parse.Error("--ping.entrypoint=wbe", "--entrypoints.web.address=:80"));

    [Fact]
    public void Parse_PartLargerThanItsWhole_IsRefused() =>
        Assert.Equal("--limits.requestline=64KiB: expected at most --limits.head, which is 32KiB", Parse.Error("--limits.requestline=64KiB"));
}
