using PipeProxy.Core.Http;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding.Rules;

/// <summary>Rules 19 and 22 to 25, and the rows of the limits table: what messages do to each other on a connection.</summary>
public abstract class SequenceRuleTests(WireKind kind) : RuleTests(kind)
{
    [Theory]
    [InlineData("GET / HTTP/1.1\nHost: app.test\n\n", 400)]
    [InlineData("GET / HTTP/3.0\r\nHost: app.test\r\n\r\n", 505)]
    [InlineData("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("hello\r\n\r\n", 400)]
    public async Task Rule23_BadSecondRequest_TheFirstIsAnswered(string bad, int status)
    {
        await using WireBed bed = await StartAsync();
        WireServer server = bed.Serve(0, _ => Ok("clean"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With("POST", "hello") + bad + Get);
        Assert.Equal("clean", (await client.ReadResponseAsync()).Body);
        await ExpectRefusalAsync(client, status, toHead: false);
        Assert.Equal(1, server.Requests);
        await ExpectCleanAsync(bed);
    }

    [Theory]
    [InlineData("Content-Length: 3\r\n\r\nGET / HTTP/1.1\r\nHost: evil.test\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nGET\r\n0\r\n\r\n / HTTP/1.1\r\nHost: evil.test\r\n\r\n")]
    public async Task Rule23_BytesBehindABody_AreTheNextRequestAndNothingElse(string rest)
    {
        await using WireBed bed = await StartAsync();
        WireServer server = bed.Serve(0, _ => Ok("clean"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: app.test\r\n" + rest);
        Assert.Equal("clean", (await client.ReadResponseAsync()).Body);
        await ExpectRefusalAsync(client, 400, toHead: false);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task Rule22_CloseThenAnotherRequest_IsNotServed()
    {
        await using WireBed bed = await StartAsync();
        WireServer server = bed.Serve(0, _ => Ok("clean"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(WithFields("Connection: x\r\nconnection: Close\r\n") + Get);
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal("close", response.Field("Connection"));
        await client.ExpectFinAsync();
        Assert.Equal(1, server.Requests);
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nhello")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhel")]
    public async Task Rule19_ClientEndsInItsBody_NothingComplete(string rest)
    {
        await using WireBed bed = await StartAsync();
        WireServer server = bed.Serve(0, _ => Ok("clean"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: app.test\r\n" + rest);
        client.ShutdownSend();
        (string text, _) = await client.ReceiveToEndAsync();
        Assert.DoesNotContain("HTTP/1.1 2", text, StringComparison.Ordinal);
        Assert.Equal(0, server.Requests);
        await ExpectCleanAsync(bed);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: app.test\r\n")]
    [InlineData("GET / HT")]
    [InlineData("G")]
    [InlineData("\r\n")]
    public async Task Rule22_ClientEndsInItsHead_NoBackendHearsOfIt(string part)
    {
        await using WireBed bed = await StartAsync();
        WireServer server = bed.Serve(0, _ => Ok("clean"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(part);
        client.ShutdownSend();
        (string text, _) = await client.ReceiveToEndAsync();
        Assert.DoesNotContain("HTTP/1.1 2", text, StringComparison.Ordinal);
        Assert.Equal(0, server.Connections);
        await ExpectCleanAsync(bed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rule24_HalfCloseBehindAWholeRequest_IsAnswered(bool withBody)
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => Ok("clean"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(withBody ? With("POST", "hello") : Get);
        client.ShutdownSend();
        Assert.Equal("clean", (await client.ReadResponseAsync()).Body);
        await client.ExpectFinAsync();
    }

    [Fact]
    public async Task Rule25_BadBodyBehindAnEarlyAnswer_IsNeverCompleteAtTheBackend()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(ChunkedHead + "5\r\nhello\r\n");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadHeadAsync();
        await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
        await client.ReadHeadAsync();
        await client.SendAsync("bad\n");
        (string received, PeerEnd end) = await backend.ReceiveToEndAsync();
        Assert.Equal(PeerEnd.Reset, end);
        Assert.DoesNotContain("0\r\n\r\n", received, StringComparison.Ordinal);
        (string text, _) = await client.ReceiveToEndAsync();
        Assert.DoesNotContain("0\r\n\r\n", text, StringComparison.Ordinal);
        bed.Serve(0, _ => Ok("clean"));
        await ExpectCleanAsync(bed);
    }

    [Fact]
    public async Task Rule07_LimitsAreOptions_AndHoldOnTheWire()
    {
        WireBedOptions options = new() { Limits = new HttpLimits { RequestLineBytes = 64, HeadBytes = 256, FieldCount = 3, ChunkExtensionBytes = 8, TrailerBytes = 16 } };
        (string Request, int Status)[] cases =
        [
            ($"GET /{new string('a', 64)} HTTP/1.1\r\nHost: app.test\r\n\r\n", 414),
            (WithFields($"X: {new string('a', 256)}\r\n"), 431),
            (WithFields("A: 1\r\nB: 1\r\nC: 1\r\n"), 431),
            (ChunkedHead + "1;abcdefghi\r\na\r\n0\r\n\r\n", 400),
            (ChunkedHead + "1\r\na\r\n0\r\nX: 0123456789abcdef\r\n\r\n", 400),
        ];
        await using WireBed bed = await StartAsync(options);
        WireServer server = bed.Serve(0, _ => Ok("clean"));
        foreach ((string request, int status) in cases)
        {
            ScriptedPeer client = await bed.ConnectAsync();
            await client.SendAsync(request);
            await ExpectRefusalAsync(client, status, toHead: false);
        }

        await ExpectCleanAsync(bed);
        Assert.Equal(1, server.Requests);
    }
}

/// <inheritdoc/>
public sealed class SequenceRuleSocketsTests() : SequenceRuleTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class SequenceRuleHostileTests() : SequenceRuleTests(WireKind.Hostile);
