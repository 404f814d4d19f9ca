using PipeProxy.Docker.Engine;

namespace PipeProxy.Docker.Tests.Engine;

public class StopSignalTests
{
    [Theory]
    [InlineData("15", "", true)]
    [InlineData("15", "SIGTERM", true)]
    [InlineData("15", "term", true)]
    [InlineData("SIGTERM", "15", true)]
    [InlineData("TERM", " ", true)]
    [InlineData("9", "SIGQUIT", true)]
    [InlineData("SIGKILL", "", true)]
    [InlineData("3", "SIGQUIT", true)]
    [InlineData("15", "SIGQUIT", false)]
    [InlineData("1", "", false)]
    [InlineData("10", "", false)]
    [InlineData("37", "SIGRTMIN+3", true)]
    [InlineData("37", "RTMIN+3", true)]
    [InlineData("RTMAX-27", "37", true)]
    [InlineData("64", "SIGRTMAX", true)]
    [InlineData("1", "SIGHUP", true)]
    [InlineData("", "", false)]
    [InlineData("nonsense", "nonsense", false)]
    [InlineData("0", "0", false)]
    [InlineData("-15", "-15", false)]
    [InlineData("65", "65", false)]
    [InlineData("RTMIN+99", "RTMIN+99", false)]
    public void Ends_NamesAndNumbers_AreTheSameSignal(string sent, string stopSignal, bool expected) =>
        Assert.Equal(expected, StopSignal.Ends(sent, stopSignal));

    [Theory]
    [InlineData("unix:///run/x.sock", "/run/x.sock", "http://localhost/")]
    [InlineData("tcp://proxy:2375", null, "http://proxy:2375/")]
    [InlineData("http://10.0.0.1", null, "http://10.0.0.1/")]
    [InlineData("tcp://proxy", null, "http://proxy:2375/")]
    public void Endpoint_Served_IsRead(string text, string? path, string url)
    {
        Assert.Null(EngineEndpoint.TryParse(text, out var endpoint));
        Assert.Equal((path, url), (endpoint!.SocketPath, endpoint.Url.ToString()));
    }

    [Theory]
    [InlineData("unix://relative.sock")]
    [InlineData("ssh://host")]
    [InlineData("https://host")]
    [InlineData("npipe://./pipe/docker_engine")]
    [InlineData("/var/run/docker.sock")]
    [InlineData("nothing")]
    public void Endpoint_NotServed_IsToldWithTheWayOut(string text) =>
        Assert.Contains("unix:///", EngineEndpoint.TryParse(text, out _), StringComparison.Ordinal);
}
