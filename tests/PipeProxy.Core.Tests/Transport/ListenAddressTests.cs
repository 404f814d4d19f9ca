using System.Net;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Tests.Transport;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData(":80", null, 80)]
    [InlineData(":80/tcp", null, 80)]
    [InlineData(":0", null, 0)]
    [InlineData("127.0.0.1:8080", "127.0.0.1", 8080)]
    [InlineData("0.0.0.0:8080", "0.0.0.0", 8080)]
    [InlineData("[::1]:8080", "::1", 8080)]
    [InlineData("[::]:65535", "::", 65535)]
    [InlineData("localhost:80", "127.0.0.1", 80)]
    public void TryParse_EntryPointSpelling_GivesHostAndPort(string text, string? host, int port)
    {
        Assert.True(ListenAddress.TryParse(text, out ListenAddress address));
        Assert.Equal(new ListenAddress(host is null ? null : IPAddress.Parse(host), port), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData(":")]
    [InlineData(":65536")]
    [InlineData(":-1")]
    [InlineData(": 80")]
    [InlineData(":80/udp")]
    [InlineData("::1:80")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("[]:80")]
    [InlineData("example.org:80")]
    [InlineData("300.0.0.1:80")]
    public void TryParse_NoAddress_Refuses(string text) => Assert.False(ListenAddress.TryParse(text, out _));

    [Theory]
    [InlineData(":80")]
    [InlineData("127.0.0.1:80")]
    [InlineData("[::1]:80")]
    public void ToString_Parsed_IsTheSameSpelling(string text)
    {
        ListenAddress.TryParse(text, out ListenAddress address);
        Assert.Equal(text, address.ToString());
    }
}
