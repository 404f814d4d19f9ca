using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>Rule 31: interim responses and expectations. Rule 25: answers that come early.</summary>
public abstract class InterimTests(WireKind kind) : WireTests(kind)
{
    private const string Expecting = "PUT /x HTTP/1.1\r\nHost: app.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";

    [Fact]
    public async Task Rule31_Continue_IsPassedOn()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Expecting);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        Assert.Equal("100-continue", WireMessages.Field(await backend.ReadHeadAsync(), "Expect"));
        await backend.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
        await client.ExpectAsync("HTTP/1.1 100 Continue\r\n\r\n");
        await client.SendAsync("hello");
        await backend.ExpectAsync("hello");
        await backend.SendAsync(Ok("done"));
        Assert.Equal("done", (await client.ReadResponseAsync()).Body);
        await client.SendAsync(Get);
        await backend.ReadRequestAsync();
        await backend.SendAsync(Ok("next"));
        Assert.Equal("next", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Rule31_FinalInsteadOfContinue_ClosesSinceTheBodyMayOrMayNotCome()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Expecting);
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadHeadAsync();
        await backend.SendAsync("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno");
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal((417, "no", "close"), (response.Status, response.Body, response.Field("Connection")));
        await client.ExpectFinAsync();
        await backend.ExpectResetAsync();
    }

    [Fact]
    public async Task Rule31_Interim_NeverGoesToA10Client()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\n\r\n");
        Assert.Equal((200, "x"), (await client.ReadResponseAsync()) is var r ? (r.Status, r.Body) : default);
    }

    [Fact]
    public async Task Rule31_EarlyHints_ArePassedOn()
    {
        await using WireBed bed = await StartAsync();
        bed.Serve(0, _ => "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\nX: y\r\n\r\n" + Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        await client.ExpectAsync("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Rule31_UnknownExpectation_Is417()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: app.test\r\nExpect: magic\r\n\r\n");
        Assert.Equal(417, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Rule25_EarlyAnswer_IsCompleteAndTheUploadEnds()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 100000000\r\n\r\nsome");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadHeadAsync();
        await backend.SendAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal((413, "big"), (response.Status, response.Body));
        await backend.ExpectResetAsync();
        Task more = client.SendAsync(new byte[200_000]);
        await client.ExpectFinAsync();
        await Record.ExceptionAsync(() => more);
    }

    [Fact]
    public async Task Rule23_EarlyAnswerBeforeASmallRest_KeepsTheConnection()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 8\r\n\r\nsome");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadHeadAsync();
        await backend.SendAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        Assert.Equal(403, (await client.ReadResponseAsync()).Status);
        await client.SendAsync("rest" + Get);
        ScriptedPeer second = await bed.Backends[0].AcceptAsync();
        Assert.Equal("GET / HTTP/1.1", (await second.ReadRequestAsync()).Line);
        await second.SendAsync(Ok("x"));
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Rule25_AnswerDuringTheUpload_FlowsBesideIt()
    {
        await using WireBed bed = await StartAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 6\r\n\r\nab");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        await backend.ReadHeadAsync();
        await backend.ExpectAsync("ab");
        await backend.SendAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 6\r\n\r\nAB");
        await client.ExpectAsync("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 6\r\n\r\nAB");
        await client.SendAsync("cd");
        await backend.ExpectAsync("cd");
        await backend.SendAsync("CD");
        await client.ExpectAsync("CD");
        await client.SendAsync("ef" + Get);
        await backend.ExpectAsync("ef");
        await backend.SendAsync("EF");
        await client.ExpectAsync("EF");
        Assert.Equal("GET / HTTP/1.1", (await backend.ReadRequestAsync()).Line);
        await backend.SendAsync(Ok("x"));
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }
}

/// <inheritdoc/>
public sealed class InterimSocketsTests() : InterimTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class InterimHostileTests() : InterimTests(WireKind.Hostile);
