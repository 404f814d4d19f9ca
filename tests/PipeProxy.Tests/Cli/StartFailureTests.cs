using System.Net;
using System.Net.Sockets;
using PipeProxy.Cli;
using PipeProxy.Cli.Options;

namespace PipeProxy.Tests.Cli;

public class StartFailureTests
{
    [Theory]
    [InlineData(SocketError.AddressAlreadyInUse, "port 80 is in use by another process")]
    [InlineData(SocketError.AccessDenied, "CAP_NET_BIND_SERVICE")]
    [InlineData(SocketError.AddressNotAvailable, "192.0.2.1 is not an address of this machine")]
    public void CannotListen_Cause_NamesThePortAndTheWayOut(SocketError cause, string reason)
    {
        EntryPointOptions web = new()
        {
            Name = "web",
            Host = IPAddress.Parse("192.0.2.1"),
            Port = 80,
            ReadTimeout = default,
            WriteTimeout = default,
            IdleTimeout = default,
            GraceTimeout = default,
        };
        StartFailure failure = StartFailure.CannotListen(web, new SocketException((int)cause));
        Assert.Equal(69, failure.ExitCode);
        Assert.StartsWith("entry point web cannot listen on 192.0.2.1:80: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Contains("--entrypoints.web.address", failure.Message, StringComparison.Ordinal);
    }
}
