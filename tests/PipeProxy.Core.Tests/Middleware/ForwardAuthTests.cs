using PipeProxy.Core.Configuration;
using PipeProxy.Core.Tests.Forwarding;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Middleware;

/// <summary>forwardAuth on the wire: a sub-request that decides. Backend 1 is the server that is asked.</summary>
public abstract class ForwardAuthTests(WireKind kind) : WireTests(kind)
{
    [Fact]
    public async Task Auth_2xx_LetsPassWithCopiedFields()
    {
        await using WireBed bed = await StartAuthAsync();
        bed.Serve(0, r => Ok($"{r.Field("X-User")}|{r.Field("X-Other")}|{r.Body}"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("POST /a?b HTTP/1.1\r\nHost: app.test\r\nCookie: c=1\r\nX-User: forged\r\nContent-Length: 3\r\n\r\nabc");
        ScriptedPeer auth = await bed.Backends[1].AcceptAsync();
        WireRequest asked = await auth.ReadRequestAsync();
        Assert.Equal("GET /verify?x HTTP/1.1", asked.Line);
        Assert.Equal(bed.Backends[1].EndPoint.ToString(), asked.Field("Host"));
        Assert.Equal(("POST", "/a?b", "app.test", "c=1"), (asked.Field("X-Forwarded-Method"), asked.Field("X-Forwarded-Uri"), asked.Field("X-Forwarded-Host"), asked.Field("Cookie")));
        Assert.Null(asked.Field("Content-Length"));
        await auth.SendAsync("HTTP/1.1 200 OK\r\nX-User: alice\r\nX-Other: no\r\nContent-Length: 2\r\n\r\nok");
        Assert.Equal("alice||abc", (await client.ReadResponseAsync()).Body);

        // Both connections are kept.
        await client.SendAsync(Get);
        await auth.ReadRequestAsync();
        await auth.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        Assert.Equal("||", (await client.ReadResponseAsync()).Body);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3;a=b\r\nyes\r\n0\r\nX-End: 1\r\n\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n", false)]
    public async Task Auth_2xxWithABody_KeepsTheConnectionWhereItsEndIsKnown(string answer, bool kept)
    {
        await using WireBed bed = await StartAuthAsync();
        bed.Serve(0, _ => Ok("x"));
        WireServer auth = bed.Serve(1, _ => answer);
        ScriptedPeer client = await bed.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync(Get);
            Assert.Equal("x", (await client.ReadResponseAsync()).Body);
        }

        Assert.Equal((3, kept ? 1 : 3), (auth.Requests, auth.Connections));
    }

    [Fact]
    public async Task Auth_2xxWithChunksWithoutEnd_AreDroppedWithinABound()
    {
        await using WireBed bed = await StartAuthAsync();
        bed.Serve(0, _ => Ok("x"));
        string chunk = $"8000\r\n{new string('c', 0x8000)}\r\n";
        WireServer auth = bed.Serve(1, _ => $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}{chunk}{chunk}");
        ScriptedPeer client = await bed.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync(Get);
            Assert.Equal("x", (await client.ReadResponseAsync()).Body);
        }

        Assert.Equal((2, 2), (auth.Requests, auth.Connections));
    }

    [Fact]
    public async Task Auth_401_IsTheAnswer_WithItsBody()
    {
        await using WireBed bed = await StartAuthAsync();
        WireServer app = bed.Serve(0, _ => Ok("x"));
        int count = 0;
        bed.Serve(1, _ => ++count == 1
            ? "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 5\r\n\r\nlogin"
            : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With("POST", "abc") + Get);
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal((401, "login", "Basic"), (response.Status, response.Body, response.Field("WWW-Authenticate")));
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
        Assert.Equal(1, app.Requests);
    }

    [Fact]
    public async Task Auth_401_ForHead_HasNoBody()
    {
        await using WireBed bed = await StartAuthAsync();
        bed.Serve(1, _ => "HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n\r\nlogin");
        ScriptedPeer client = await bed.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync("HEAD / HTTP/1.1\r\nHost: app.test\r\n\r\n");
            Assert.Equal((401, "5"), (await client.ReadResponseAsync(toHead: true)) is var r ? (r.Status, r.Field("Content-Length")) : default);
        }
    }

    [Fact]
    public async Task Auth_ServerDown_Is500()
    {
        await using WireBed bed = await StartAuthAsync();
        bed.Backends[1].Dispose();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal(500, (await client.ReadResponseAsync()).Status);
        await client.SendAsync(Get);
        Assert.Equal(500, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Auth_StaleConnection_IsAskedAgain()
    {
        await using WireBed bed = await StartAuthAsync();
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer auth = await bed.Backends[1].AcceptAsync();
        await auth.ReadRequestAsync();
        await auth.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await client.ReadResponseAsync();
        await client.SendAsync(Get);
        await auth.ReadRequestAsync();
        auth.Dispose();
        ScriptedPeer fresh = await bed.Backends[1].AcceptAsync();
        await fresh.ReadRequestAsync();
        await fresh.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal("x", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Auth_ClientThatLeaves_EndsTheQuestion()
    {
        await using WireBed bed = await StartAuthAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer auth = await bed.Backends[1].AcceptAsync();
        await auth.ReadRequestAsync();
        client.Abort();
        Task ended = auth.ExpectResetAsync();
        Assert.InRange(await bed.AdvanceUntilAsync(ended), 1_000, 4_000);
        await ended;
    }

    [Fact]
    public async Task Auth_BodyThatStalls_EndsWithItsClient()
    {
        await using WireBed bed = await StartAuthAsync();
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        ScriptedPeer auth = await bed.Backends[1].AcceptAsync();
        await auth.ReadRequestAsync();
        await auth.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab");
        client.Abort();
        Task ended = auth.ExpectResetAsync();
        Assert.InRange(await bed.AdvanceUntilAsync(ended), 1_000, 4_000);
        await ended;
    }

    private async Task<WireBed> StartAuthAsync()
    {
        string address = "";
        WireBed bed = await StartAsync(new WireBedOptions
        {
            Backends = 2,
            Middlewares = [new ForwardAuthDefinition { Name = "a", Address = "http://placeholder", AuthResponseHeaders = ["X-User"] }],
            Compile = d => d is ForwardAuthDefinition auth && address.Length > 0
                ? new Core.Middleware.ForwardAuth(auth.Name, auth with { Address = address })
                : null,
            BeforeStart = backends => address = $"http://{backends[1].EndPoint}/verify?x",
        });
        await bed.PublishAsync(bed.Server(0));
        return bed;
    }
}

/// <inheritdoc/>
public sealed class ForwardAuthSocketsTests() : ForwardAuthTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class ForwardAuthHostileTests() : ForwardAuthTests(WireKind.Hostile);
