using PipeProxy.Core.Configuration;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>Rule 34: again on another backend, where that is allowed, and nowhere else.</summary>
public abstract class RetryTests(WireKind kind) : WireTests(kind)
{
    private static readonly StickyCookie s_sticky = new() { Name = "s" };

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Rule34_RefusedConnect_GoesElsewhere_WhateverTheMethod(string method)
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Sticky = s_sticky });
        ServerDefinition refusing = WireBed.ServerAt(bed.Wire.Refusing());
        await bed.PublishAsync(refusing, bed.Server(0));
        bed.Serve(0, r => Ok(r.Body));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With(method, "abc", $"Cookie: s={WireBed.CookieValueOf(refusing)}\r\n"));
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal((200, "abc"), (response.Status, response.Body));
        Assert.StartsWith("s=" + WireBed.CookieValueOf(bed.Server(0)), response.Field("Set-Cookie"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", Then.Close)]
    [InlineData("", Then.Reset)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-", Then.Close)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-", Then.Reset)]
    [InlineData("HTTP/1.1 103 Early Hints\r\n\r\n", Then.Close)]
    public async Task Rule34_Get_ThatDiesBeforeAHead_GoesElsewhere(string answer, Then then)
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 2, Sticky = s_sticky });
        bed.Serve(0, _ => new WireAnswer(answer, then));
        bed.Serve(1, _ => Ok("second"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n");
        WireResponse response = await client.ReadResponseAsync();
        if (response.Status == 103)
        {
            response = await client.ReadResponseAsync();
        }

        Assert.Equal((200, "second"), (response.Status, response.Body));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PATCH")]
    [InlineData("WEIRD")]
    public async Task Rule34_WhatIsNotIdempotent_IsNeverRepeatedOnceSent(string method)
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 2, Sticky = s_sticky });
        bed.Serve(0, _ => new WireAnswer("", Then.Close));
        WireServer other = bed.Serve(1, _ => Ok("second"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With(method, "abc", bed.CookieOf(0)));
        Assert.Equal(502, (await client.ReadResponseAsync()).Status);
        Assert.Equal(0, other.Requests);
        await client.SendAsync(Get);
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
    }

    [Theory]
    [InlineData("GET,POST", "POST", 200)]
    [InlineData("POST", "PUT", 502)]
    [InlineData("NONE", "PUT", 502)]
    public async Task Rule34_TheServicesLabel_ReplacesTheListOfMethods(string retryMethods, string method, int status)
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 2, Sticky = s_sticky, RetryMethods = retryMethods });
        bed.Serve(0, _ => new WireAnswer("", Then.Close));
        bed.Serve(1, _ => Ok("second"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With(method, "abc", bed.CookieOf(0)));
        Assert.Equal(status, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Rule34_PutByLength_IsRepeatedByteForByte()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 2, Sticky = s_sticky });
        string body = Pattern(50_000);
        WireServer first = bed.Serve(0, r => new WireAnswer(r.Body == body ? "" : "wrong", Then.Close));
        bed.Serve(1, r => Ok(r.Body));
        ScriptedPeer client = await bed.ConnectAsync();
        Task sending = client.SendAsync(With("PUT", body, bed.CookieOf(0)) + Get);
        Assert.Equal(body, (await client.ReadResponseAsync()).Body);
        Assert.Equal(1, first.Requests);
        await client.ReadResponseAsync();
        await sending;
    }

    [Fact]
    public async Task Rule34_PutChunked_IsRepeatedByteForByte()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 2, Sticky = s_sticky });
        WireServer first = bed.Serve(0, _ => new WireAnswer("", Then.Reset));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"PUT /x HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}Transfer-Encoding: chunked\r\n\r\n5;q=\"1\"\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 1\r\n\r\n" + Get);
        ScriptedPeer second = await bed.Backends[1].AcceptAsync();
        WireRequest request = await second.ReadRequestAsync();
        Assert.Equal(("hello world", "X-T: 1\r\n"), (request.Body, request.Trailers));
        Assert.Equal(1, first.Requests);
        await second.SendAsync(Ok("x"));
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
        await second.ReadRequestAsync();
        await second.SendAsync(Ok("y"));
        Assert.Equal("y", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Rule34_PutThatDiesInItsMiddle_IsRepeatedFromItsFirstByte()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 2, Sticky = s_sticky });
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"PUT /x HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}Content-Length: 9\r\n\r\nabc");
        ScriptedPeer first = await bed.Backends[0].AcceptAsync();
        await first.ReadHeadAsync();
        await first.ExpectAsync("abc");
        first.Abort();
        ScriptedPeer second = await bed.Backends[1].AcceptAsync();
        await second.ReadHeadAsync();
        await second.ExpectAsync("abc");
        await client.SendAsync("defghi" + Get);
        await second.ExpectAsync("defghi");
        await second.SendAsync(Ok("x"));
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Rule34_BodyOverTheReplaySize_IsNotRepeated()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 2, Sticky = s_sticky, Forwarding = new() { ReplayBytes = 1000 } });
        WireServer other = bed.Serve(1, _ => Ok("second"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"PUT /x HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}Content-Length: 4000\r\n\r\n");
        ScriptedPeer first = await bed.Backends[0].AcceptAsync();
        await first.ReadHeadAsync();
        for (int i = 0; i < 3; i++)
        {
            string part = Pattern(1000);
            await client.SendAsync(part);
            await first.ExpectAsync(part);
        }

        first.Abort();
        Assert.Equal((502, "close"), (await client.ReadResponseAsync()) is var r ? (r.Status, r.Field("Connection")) : default);
        Assert.Equal(0, other.Requests);
    }

    [Fact]
    public async Task Rule34_Attempts_AreThreeAtMost_EachOnAnotherInstance()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 5 });
        WireServer[] servers = [.. Enumerable.Range(0, 5).Select(i => bed.Serve(i, _ => new WireAnswer("", Then.Close)))];
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal(502, (await client.ReadResponseAsync()).Status);
        Assert.Equal(3, servers.Sum(s => s.Requests));
        Assert.All(servers, s => Assert.True(s.Requests <= 1));
    }

    [Fact]
    public async Task Rule34_NoInstanceLeft_WaitsBeforeItTriesOneAgain()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 2 });
        int requests = 0;
        WireServer[] servers = [.. Enumerable.Range(0, 2).Select(i => bed.Serve(i, _ => ++requests <= 2 ? new WireAnswer("", Then.Close) : Ok("third")))];
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        await bed.HeldAsync(1);
        Assert.All(servers, s => Assert.Equal(1, s.Requests));
        Task<WireResponse> response = client.ReadResponseAsync();
        Assert.True(await bed.AdvanceUntilAsync(response, step: 50) >= 250);
        Assert.Equal("third", (await response).Body);
    }

    [Fact]
    public async Task Rule34_EveryoneRefuses_HoldsAndThenSays503()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Forwarding = new() { HoldTime = 1_000 } });
        await bed.PublishAsync([.. Enumerable.Range(0, 6).Select(_ => WireBed.ServerAt(bed.Wire.Refusing()))]);
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        await bed.HeldAsync(1);
        Task<WireResponse> response = client.ReadResponseAsync();
        await bed.AdvanceUntilAsync(response);
        Assert.Equal(503, (await response).Status);
        Assert.NotNull((await response).Field("Retry-After"));
    }

    [Fact]
    public async Task Rule34_ConnectThatTimesOut_GoesElsewhere()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Sticky = s_sticky });
        ServerDefinition silent = WireBed.ServerAt(bed.Wire.Silent());
        await bed.PublishAsync(silent, bed.Server(0));
        bed.Serve(0, r => Ok(r.Body));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With("POST", "abc", $"Cookie: s={WireBed.CookieValueOf(silent)}\r\n"));
        Task<WireResponse> response = client.ReadResponseAsync();
        Assert.True(await bed.AdvanceUntilAsync(response) >= 1_000);
        Assert.Equal("abc", (await response).Body);
    }
}

/// <inheritdoc/>
public sealed class RetrySocketsTests() : RetryTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class RetryHostileTests() : RetryTests(WireKind.Hostile);
