using System.Net;
using PipeProxy.Core.Configuration;
using PipeProxy.Docker.Labels;
using static PipeProxy.Docker.Tests.Labels.LabelTestKit;

namespace PipeProxy.Docker.Tests.Labels;

public class ServerReaderTests
{
    private static ContainerNetwork Net(string name, string? v4, string? v6 = null) =>
        new(name, name, v4 is null ? null : IPAddress.Parse(v4), v6 is null ? null : IPAddress.Parse(v6));

    private static string? Url(ContainerFacts container, DockerOptions? options = null) =>
        Read(options ?? new DockerOptions(), container).Services[0].Servers.SingleOrDefault()?.Url;

    [Fact]
    public void Read_NoPortLabel_LowestExposedTcpPort() =>
        Assert.Equal("http://172.18.0.3:80", Url(Container("a") with { ExposedPorts = [80, 443] }));

    [Fact]
    public void Read_NoPortAtAll_IsAProblem()
    {
        var read = Read(Container("a") with { ExposedPorts = [] });

        Assert.Empty(read.Services[0].Servers);
        Assert.Contains("exposes no TCP port", Assert.Single(read.Problems).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    [InlineData("http")]
    [InlineData("")]
    public void Read_PortOutOfRange_NoPortIsGuessed(string port)
    {
        var read = Read(Container("a", "traefik.http.services.s.loadbalancer.server.port=" + port));

        Assert.Empty(Assert.Single(read.Services).Servers);
        Assert.Contains("65535", Assert.Single(read.Problems).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https")]
    [InlineData("h2c")]
    [InlineData("gopher")]
    public void Read_OtherScheme_IsNeverSpokenToInClear(string scheme)
    {
        var read = Read(Container("a", "traefik.http.services.s.loadbalancer.server.scheme=" + scheme));

        Assert.Empty(Assert.Single(read.Services).Servers);
        Assert.Single(read.Problems);
    }

    [Theory]
    [InlineData("http://10.1.2.3:8080", "http://10.1.2.3:8080")]
    [InlineData("http://10.1.2.3:8080/", "http://10.1.2.3:8080")]
    [InlineData("http://[fd00::9]:81", "http://[fd00::9]:81")]
    [InlineData("http://backend:80", null)]
    [InlineData("https://10.1.2.3", null)]
    [InlineData("http://10.1.2.3/path", null)]
    [InlineData("http://u:p@10.1.2.3", null)]
    [InlineData("10.1.2.3:80", null)]
    public void Read_ServerUrl_AnAddressAlone(string label, string? expected)
    {
        var container = Container("a", "traefik.http.services.s.loadbalancer.server.url=" + label);

        Assert.Equal(expected, Url(container));
        Assert.Equal(expected is null ? 1 : 0, Read(container).Problems.Length);
    }

    [Fact]
    public void Read_UrlBesidePort_IsAProblem()
    {
        var read = Read(Container("a", "traefik.http.services.s.loadbalancer.server.url=http://1.2.3.4:5", "traefik.http.services.s.loadbalancer.server.port=5"));

        Assert.Empty(read.Services[0].Servers);
        Assert.Single(read.Problems);
    }

    [Fact]
    public void Read_SeveralNetworks_TheFirstSharedByName()
    {
        var container = Container("a") with { Networks = [Net("a-private", "10.9.0.2"), Net("b", "172.18.0.7"), Net("c", "172.18.0.8")] };

        Assert.Equal("http://172.18.0.7:3000", Url(container));
    }

    [Fact]
    public void Read_SharedByIPv6Alone_IPv6() =>
        Assert.Equal("http://[fd00::7]:3000", Url(Container("a") with { Networks = [Net("x", "10.9.0.2", "fd00::7")] }));

    [Fact]
    public void Read_NoneShared_UnreachableByName()
    {
        var read = Read(Container("lonely") with { Networks = [Net("private", "10.9.0.2")] });

        Assert.Empty(read.Services[0].Servers);
        var problem = Assert.Single(read.Problems);
        Assert.Contains("lonely", problem.Source, StringComparison.Ordinal);
        Assert.Contains("unreachable", problem.Reason, StringComparison.Ordinal);
        Assert.Contains("private", problem.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NetworkLabel_IsTakenAtItsWord() =>
        Assert.Equal("http://10.9.0.2:3000", Url(Container("a", "traefik.docker.network=private") with { Networks = [Net("app", "172.18.0.3"), Net("private", "10.9.0.2")] }));

    [Fact]
    public void Read_NetworkLabelWithoutProject_IsUnderstood() =>
        Assert.Equal("http://10.9.0.2:3000", Url(Compose("p", "s", 1, "traefik.docker.network=back") with { Networks = [Net("p_back", "10.9.0.2"), Net("p_default", "172.18.0.3")] }));

    [Fact]
    public void Read_NetworkLabelOfANetworkItIsNotIn_ProblemAndTheSharedOne()
    {
        var container = Container("a", "traefik.docker.network=nowhere");

        Assert.Equal("http://172.18.0.3:3000", Url(container));
        Assert.Contains("nowhere", Problem(Read(container), "traefik.docker.network").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NetworkOption_WhereTheContainerIsInIt()
    {
        var options = new DockerOptions { Network = "z" };

        Assert.Equal("http://172.18.0.9:3000", Url(Container("a") with { Networks = [Net("a", "172.18.0.3"), Net("z", "172.18.0.9")] }, options));
        Assert.Equal("http://172.18.0.3:3000", Url(Container("a"), options));
    }

    [Fact]
    public void Read_HostNetwork_TheHostsAddress() =>
        Assert.Equal("http://127.0.0.1:3000", Url(Container("a") with { NetworkMode = "host", Networks = [] }));

    [Fact]
    public void Read_Presence_FollowsTheContainer()
    {
        static ServerPresence Of(ContainerFacts container) => Read(container).Services[0].Servers[0].Presence;

        Assert.Equal(ServerPresence.Running, Of(Container("a")));
        Assert.Equal(ServerPresence.Starting, Of(Container("a") with { IsStarting = true }));
        Assert.Equal(ServerPresence.Unhealthy, Of(Container("a") with { Health = ContainerHealth.Starting }));
        Assert.Equal(ServerPresence.Unhealthy, Of(Container("a") with { Health = ContainerHealth.Unhealthy }));
        Assert.Equal(ServerPresence.Running, Of(Container("a") with { Health = ContainerHealth.Healthy }));
        Assert.Equal(ServerPresence.Paused, Of(Container("a") with { Phase = ContainerPhase.Paused }));
        Assert.Equal(ServerPresence.Draining, Of(Container("a") with { IsDraining = true, Health = ContainerHealth.Unhealthy }));
    }
}
