using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>Rules 13 to 21: bodies, however they are framed, both ways.</summary>
public abstract class BodyTests(WireKind kind) : WireTests(kind)
{
    [Fact]
    public async Task Request_ByLength_ArrivesWhole()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, r => Ok(r.Body));
        ScriptedPeer client = await bed.ConnectAsync();
        string body = Pattern(100_000);
        Task sending = client.SendAsync(With("POST", body));
        Assert.Equal(body, (await client.ReadResponseAsync()).Body);
        await sending;
    }

    [Fact]
    public async Task Request_Chunked_ArrivesWholeWithTrailers()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n" + Get);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        WireRequest request = await backend.ReadRequestAsync();
        Assert.Equal("chunked", request.Field("Transfer-Encoding"));
        Assert.Null(request.Field("Content-Length"));
        Assert.Equal(("hello world", "X-Sum: 11\r\n"), (request.Body, request.Trailers));
        await backend.SendAsync(Ok("1"));
        Assert.Equal("1", (await client.ReadResponseAsync()).Body);
        Assert.Equal("GET / HTTP/1.1", (await backend.ReadRequestAsync()).Line);
        await backend.SendAsync(Ok("2"));
        Assert.Equal("2", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Request_ThatArrivesByAndBy_IsForwardedAsItComes()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("PUT /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 6\r\n\r\n");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadHeadAsync();
        await client.SendAsync("ab");
        await backend.ExpectAsync("ab");
        await client.SendAsync("cd");
        await backend.ExpectAsync("cd");
        await client.SendAsync("ef" + Get);
        await backend.ExpectAsync("ef");
        await backend.SendAsync(Ok("x"));
        await client.ReadResponseAsync();
        await backend.ReadRequestAsync();
        await backend.SendAsync(Ok("y"));
        Assert.Equal("y", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Request_WithLengthZero_SaysSo()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With("POST", ""));
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        Assert.Equal("0", (await backend.ReadRequestAsync()).Field("Content-Length"));
        await backend.SendAsync(Ok("x"));
        await client.ReadResponseAsync();
    }

    [Fact]
    public async Task Response_Chunked_StaysChunked()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n4\r\ndefg\r\n0\r\nX-T: 1\r\nContent-Length: 9\r\n\r\n");
        ScriptedPeer client = await bed.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync(Get);
            WireResponse response = await client.ReadResponseAsync();
            Assert.Equal("chunked", response.Field("Transfer-Encoding"));
            Assert.Equal(("abcdefg", "X-T: 1\r\n"), (response.Body, response.Trailers));
        }
    }

    [Fact]
    public async Task Response_ChunkedToA10Client_RunsToTheEnd()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\nX-T: 1\r\n\r\n");
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        WireResponse response = await client.ReadResponseAsync();
        Assert.Null(response.Field("Transfer-Encoding"));
        Assert.Null(response.Field("Content-Length"));
        Assert.Equal("close", response.Field("Connection"));
        Assert.Equal("abcdefg", response.Body);
    }

    [Fact]
    public async Task Rule18_ResponseToTheEnd_BecomesChunkedForA11Client()
    {
        await using WireBed bed = await StartAsync();
        string body = Pattern(70_000);
        bed.Serve(0, _ => new WireAnswer("HTTP/1.1 200 OK\r\n\r\n" + body, Then.Close));
        ScriptedPeer client = await bed.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync(Get);
            WireResponse response = await client.ReadResponseAsync();
            Assert.Equal("chunked", response.Field("Transfer-Encoding"));
            Assert.Equal(body, response.Body);
        }
    }

    [Fact]
    public async Task Rule18_ResponseToTheEnd_EndsByFinForA10Client()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => new WireAnswer("HTTP/1.0 200 OK\r\n\r\nhello", Then.Close));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\n\r\n");
        Assert.Equal("hello", (await client.ReadResponseAsync()).Body);
    }

    [Theory]
    [InlineData("HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 1234\r\n\r\n")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n")]
    public async Task Rule18_204And304_HaveNoBody(string answer)
    {
        await using WireBed bed = await StartAsync();
        int count = 0;
        WireServer server = bed.Serve(0, _ => ++count == 1 ? answer : Ok("next"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get + Get);
        WireResponse first = await client.ReadResponseAsync();
        Assert.Null(first.Field("Transfer-Encoding"));
        Assert.Equal("next", (await client.ReadResponseAsync()).Body);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Response_LargeByLength_ArrivesWhole()
    {
        await using WireBed bed = await StartAsync();
        string body = Pattern(IsHostile ? 300_000 : 3_000_000);
        bed.Serve(0, _ => Ok(body));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal(body, (await client.ReadResponseAsync()).Body);
        await client.SendAsync(Get);
        Assert.Equal(body, (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Response_ThatArrivesByAndBy_IsPassedOnAsItComes()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        await client.ExpectAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 3; i++)
        {
            await backend.SendAsync("9\r\ndata: 1\n\n\r\n");
            int received = 0;
            while (received < 9)
            {
                // Chunks may be cut anew, but nothing is kept back.
                string line = await client.ReceiveLineAsync();
                int size = Convert.ToInt32(line, 16);
                await client.ReceiveBytesAsync(size + 2);
                received += size;
            }
        }

        await backend.SendAsync("0\r\n\r\n");
        await client.ExpectAsync("0\r\n\r\n");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", Then.Close)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", Then.Reset)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Then.Close)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Then.Reset)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n", Then.Hold)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nhello", Then.Reset)]
    public async Task Rule19_ResponseThatBreaksOff_IsNeverCompleted(string answer, Then then)
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        await backend.SendAsync(answer);
        string head = await client.ReadHeadAsync();
        await EndAsync(backend, then);
        (string rest, _) = await client.ReceiveToEndAsync();
        Assert.DoesNotContain("0\r\n\r\n", rest, StringComparison.Ordinal);
        if (WireMessages.Field(head, "Content-Length") is { } length)
        {
            Assert.Equal("10", length);
            Assert.True(rest.Length < 10);
        }
        else
        {
            Assert.Equal("chunked", WireMessages.Field(head, "Transfer-Encoding"));
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nhello", Then.Reset)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Then.Close)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n-\r\n", Then.Hold)]
    public async Task Rule19_ResponseThatBreaksOff_IsResetWhereTheEndFramesIt(string answer, Then then)
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\n\r\n");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        await backend.SendAsync(answer);
        if (then != Then.Hold)
        {
            await client.ReadHeadAsync(); // Else it comes with its fault, and a reset may overtake it.
        }

        await EndAsync(backend, then);
        await client.ExpectResetAsync();
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nhello", "hello")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "5\r\nhello\r\n")]
    public async Task Rule19_RequestThatBreaksOff_IsNeverCompletedAtTheBackend(string framing, string arrives)
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: app.test\r\n" + framing);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadHeadAsync();
        if (!IsHostile)
        {
            await backend.ExpectAsync(arrives);
        }

        client.ShutdownSend();
        (string text, PeerEnd end) = await backend.ReceiveToEndAsync();
        Assert.Equal(PeerEnd.Reset, end);
        Assert.DoesNotContain("0\r\n\r\n", text, StringComparison.Ordinal);
        await client.ReceiveToEndAsync();
    }

    [Fact]
    public async Task Rule16_BadChunk_Is400AndClose_AndTheBackendIsCut()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("PUT /x HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadHeadAsync();
        await client.SendAsync("xyz\r\n");
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal((400, "close"), (response.Status, response.Field("Connection")));
        await client.ExpectFinAsync();
        (string text, PeerEnd end) = await backend.ReceiveToEndAsync();
        Assert.Equal(PeerEnd.Reset, end);
        Assert.DoesNotContain("0\r\n\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 0\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx")]
    [InlineData("SSH-2.0-OpenSSH_9.7\r\n")]
    public async Task Rule19_BadHeadOfABackend_Is502(string answer)
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With("POST", "x"));
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        await backend.SendAsync(answer);
        Assert.Equal(502, (await client.ReadResponseAsync()).Status);
        await backend.ExpectResetAsync();
    }

    [Fact]
    public async Task Rule7_OversizedHeadOfABackend_Is502()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With("POST", "x"));
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadRequestAsync();
        Task sending = backend.SendAsync($"HTTP/1.1 200 OK\r\nX: {new string('a', 40_000)}\r\n\r\n");
        Assert.Equal(502, (await client.ReadResponseAsync()).Status);
        await Record.ExceptionAsync(() => sending);
    }

    private static Task EndAsync(ScriptedPeer peer, Then then)
    {
        if (then == Then.Close)
        {
            peer.ShutdownSend();
        }
        else if (then == Then.Reset)
        {
            peer.Abort();
        }

        return Task.CompletedTask;
    }
}

/// <inheritdoc/>
public sealed class BodySocketsTests() : BodyTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class BodyHostileTests() : BodyTests(WireKind.Hostile);
