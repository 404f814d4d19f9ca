using System.Net;
using PipeProxy.Cli.Flags;
using PipeProxy.Cli.Options;

namespace PipeProxy.Tests.Cli.Flags;

public class AddressesTests
{
    [Theory]
    [InlineData(":80", null, 80)]
    [InlineData("*:80", null, 80)]
    [InlineData(":80/tcp", null, 80)]
    [InlineData(":0", null, 0)]
    [InlineData("127.0.0.1:8080", "127.0.0.1", 8080)]
    [InlineData("localhost:8080", "127.0.0.1", 8080)]
    [InlineData("0.0.0.0:80/TCP", "0.0.0.0", 80)]
    [InlineData("[::1]:65535", "::1", 65535)]
    [InlineData("[::]:80", "::", 80)]
    public void Listen_Address_IsTakenApart(string text, string? host, int port)
    {
        Reading<ListenAddress> reading = Addresses.Listen.Read(text);
        Assert.True(reading.Ok, reading.Expected);
        Assert.Equal(host is null ? null : IPAddress.Parse(host), reading.Value.Host);
        Assert.Equal(port, reading.Value.Port);
    }

    [Theory]
    [InlineData("80", "colon: :80")]
    [InlineData("", "such as :80")]
    [InlineData(":", "such as :80")]
    [InlineData(":http", "such as :80")]
    [InlineData(":65536", "such as :80")]
    [InlineData(":-1", "such as :80")]
    [InlineData(":000080", "such as :80")]
    [InlineData(":53/udp", "UDP")]
    [InlineData(":80/sctp", "such as :80")]
    [InlineData("::1:80", "[::1]:80")]
    [InlineData("[127.0.0.1]:80", "IPv6")]
    [InlineData("myhost:80", ":80")]
    [InlineData("1.2.3:80", ":80")]
    [InlineData("1.2.3.256:80", ":80")]
    public void Listen_NoAddress_SaysWhatWouldBeOne(string text, string way)
    {
        Reading<ListenAddress> reading = Addresses.Listen.Read(text);
        Assert.False(reading.Ok);
        Assert.Contains(way, reading.Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://10.0.0.7:3000", "http://10.0.0.7:3000")]
    [InlineData("HTTP://App:3000/", "http://app:3000")]
    [InlineData("http://app", "http://app:80")]
    [InlineData("http://my_app:3000", "http://my_app:3000")]
    [InlineData("http://[::1]:3000", "http://[::1]:3000")]
    public void Backend_Url_IsKeptInItsParts(string text, string url)
    {
        Reading<StaticBackend> reading = Addresses.Backend.Read(text);
        Assert.True(reading.Ok, reading.Expected);
        Assert.Equal(url, reading.Value.Url);
    }

    [Theory]
    [InlineData("https://app:3000", "TLS to backends is not built")]
    [InlineData("app:3000", "http://app:3000")]
    [InlineData("ftp://app", "http URL")]
    [InlineData("http://", "such as")]
    [InlineData("http://app:0", "such as")]
    [InlineData("http://app:3000/path", "without a path")]
    [InlineData("http://app:3000/?q", "without a path")]
    [InlineData("http://app:3000#f", "without a path")]
    [InlineData("http://me:secret@app", "without user")]
    public void Backend_NoHttpUrl_SaysWhy(string text, string why)
    {
        Reading<StaticBackend> reading = Addresses.Backend.Read(text);
        Assert.False(reading.Ok);
        Assert.Contains(why, reading.Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unix:///var/run/docker.sock")]
    [InlineData("tcp://10.0.0.2:2375")]
    [InlineData("tcp://socket-proxy:2375")]
    [InlineData("http://socket-proxy:2375")]
    [InlineData("http://socket-proxy")]
    public void Engine_Url_IsTaken(string text) => Assert.True(Addresses.Engine.Read(text).Ok);

    [Theory]
    [InlineData("/var/run/docker.sock", "unix:///var/run/docker.sock")]
    [InlineData("unix://docker.sock", "three slashes")]
    [InlineData("unix:///", "three slashes")]
    [InlineData("tcp://host", "tcp://host:2375")]
    [InlineData("https://host:2376", "TLS to the engine is not built")]
    [InlineData("ssh://host", "ssh://")]
    [InlineData("docker", "unix:///var/run/docker.sock")]
    public void Engine_NoUrl_SaysWhatWouldBeOne(string text, string way)
    {
        Reading<Uri> reading = Addresses.Engine.Read(text);
        Assert.False(reading.Ok);
        Assert.Contains(way, reading.Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("StickySessionCookie", true)]
    [InlineData("__Host-x", true)]
    [InlineData("a b", false)]
    [InlineData("a=b", false)]
    [InlineData("a;b", false)]
    [InlineData("a\r\nb", false)]
    [InlineData("\u00e9", false)]
    [InlineData("", false)]
    public void Cookie_Name_IsAToken(string text, bool ok) => Assert.Equal(ok, Addresses.Cookie.Read(text).Ok);

    [Theory]
    [InlineData("/run/pipeproxy.sock", true)]
    [InlineData("@pipeproxy", true)]
    [InlineData("@", false)]
    [InlineData("run/x", false)]
    [InlineData("/run/", false)]
    public void StatusSocket_Path_IsAbsoluteOrAbstract(string text, bool ok) => Assert.Equal(ok, Addresses.StatusSocket.Read(text).Ok);

    [Fact]
    public void StatusSocket_LongerThanTheKernelHolds_IsRefused()
    {
        Assert.True(Addresses.StatusSocket.Read("/" + new string('a', 106)).Ok);
        Assert.False(Addresses.StatusSocket.Read("/" + new string('a', 107)).Ok);
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("192.168.1.7", "192.168.1.7/32")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("::1", "::1/128")]
    [InlineData("10.0.0.1/8", "10.0.0.0/8")]
    [InlineData("172.31.255.1/12", "172.16.0.0/12")]
    [InlineData("2001:db8::1/32", "2001:db8::/32")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    public void Network_Cidr_IsRead(string text, string network) => Assert.Equal(IPNetwork.Parse(network), Syntaxes.Network.Read(text).Value);

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10")]
    [InlineData("10/8")]
    [InlineData("010.0.0.0/8")]
    [InlineData("10.0.0.0/")]
    [InlineData("::/129")]
    [InlineData("private")]
    public void Network_NoCidr_SaysWhatWouldBeOne(string text)
    {
        Reading<IPNetwork> reading = Syntaxes.Network.Read(text);
        Assert.False(reading.Ok);
        Assert.Contains("such as 10.0.0.0/8", reading.Expected, StringComparison.Ordinal);
    }
}
