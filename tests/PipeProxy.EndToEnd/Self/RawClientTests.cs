using PipeProxy.EndToEnd.Harness;

namespace PipeProxy.EndToEnd.Self;

/// <summary>The client must find what it is there to find.</summary>
public sealed class RawClientTests
{
    [Theory]
    [InlineData("", Then.Close, nameof(WireFailure.ClosedBeforeAnswer))]
    [InlineData("", Then.Reset, nameof(WireFailure.ClosedBeforeAnswer))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", Then.Close, nameof(WireFailure.CutInHead))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour", Then.Close, nameof(WireFailure.CutInBody))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour", Then.Reset, nameof(WireFailure.CutInBody))]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nfour", Then.Reset, nameof(WireFailure.CutInBody))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n", Then.Close, nameof(WireFailure.CutInBody))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n", Then.Close, nameof(WireFailure.CutInBody))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfourteen\r\n0\r\n\r\n", Then.Stay, nameof(WireFailure.Malformed))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4 \r\nfour\r\n0\r\n\r\n", Then.Stay, nameof(WireFailure.Malformed))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nfour", Then.Stay, nameof(WireFailure.Malformed))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nfour", Then.Stay, nameof(WireFailure.Malformed))]
    [InlineData("HTTP/1.1 200 OK\r\n folded\r\nContent-Length: 0\r\n\r\n", Then.Stay, nameof(WireFailure.Malformed))]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", Then.Stay, nameof(WireFailure.Malformed))]
    [InlineData("HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n", Then.Stay, nameof(WireFailure.Malformed))]
    [InlineData("", Then.Stay, nameof(WireFailure.TimedOut))]
    public async Task Answer_ThatIsWrong_FailsByItsName(string bytes, object then, string failure)
    {
        await using var server = new ScriptedServer(_ => new Reply(bytes, (Then)then));
        await using RawClient client = await RawClient.ConnectAsync(server.Address, TimeSpan.FromSeconds(1));

        WireException error = await Assert.ThrowsAsync<WireException>(() => client.GetAsync("/"));

        Assert.Equal(failure, error.Failure.ToString());
    }

    [Theory]
    [InlineData("", Then.Close, nameof(WireFailure.ClosedWhileIdle))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Then.Stay, nameof(WireFailure.Unasked))]
    public async Task Connection_AfterAGoodAnswer_MustStayOpenAndSilent(string more, object then, string failure)
    {
        await using var server = new ScriptedServer(
            _ => new Reply("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour" + more, (Then)then));
        await using RawClient client = await RawClient.ConnectAsync(server.Address);
        Assert.Equal("four", (await client.GetAsync("/")).Text);

        WireException error = await Assert.ThrowsAsync<WireException>(async () =>
        {
            // The server's close is on its way; nothing tells when it is here but trying.
            await Eventually.PassAsync(TimeSpan.FromMilliseconds(200));
            await client.GetAsync("/");
        });

        Assert.Equal(failure, error.Failure.ToString());
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour", Then.Stay, false)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfou\r\n1\r\nr\r\n0\r\nTrailer: 1\r\n\r\n", Then.Stay, false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfour", Then.Close, true)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nfour", Then.Close, true)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour", Then.Stay, false)]
    public async Task Answer_ThatIsRight_IsReadWhole(string bytes, object then, bool closes)
    {
        await using var server = new ScriptedServer(_ => new Reply(bytes, (Then)then));
        await using RawClient client = await RawClient.ConnectAsync(server.Address);

        RawAnswer answer = await client.GetAsync("/");

        Assert.Equal((200, "four", closes), (answer.Status, answer.Text, client.CloseAnnounced));
    }
}
