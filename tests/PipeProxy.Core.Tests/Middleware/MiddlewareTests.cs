using PipeProxy.Core.Configuration;
using PipeProxy.Core.Tests.Forwarding;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Middleware;

/// <summary>addPrefix, headers and redirectScheme, on the wire.</summary>
public abstract class MiddlewareTests(WireKind kind) : WireTests(kind)
{
    [Theory]
    [InlineData("/api", "/x?y=1", "/api/x?y=1")]
    [InlineData("/api/", "/", "/api/")]
    public async Task AddPrefix_PutsItBeforeThePath(string prefix, string target, string expected)
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Middlewares = [new AddPrefixDefinition { Name = "p", Prefix = prefix }] });
        bed.Serve(0, r => Ok(r.Line));
        ScriptedPeer client = await bed.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync($"GET {target} HTTP/1.1\r\nHost: app.test\r\n\r\n");
            Assert.Equal($"GET {expected} HTTP/1.1", (await client.ReadResponseAsync()).Body);
        }
    }

    [Fact]
    public async Task AddPrefix_IsThereOnceAfterARepeat()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions
        {
            Backends = 2,
            Sticky = new() { Name = "s" },
            Middlewares = [new AddPrefixDefinition { Name = "p", Prefix = "/api" }],
        });
        bed.Serve(0, _ => new WireAnswer("", Then.Close));
        bed.Serve(1, r => Ok(r.Line));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"GET /x HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n");
        Assert.Equal("GET /api/x HTTP/1.1", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Headers_SetReplaceAndRemove_BothWays()
    {
        HeadersDefinition headers = new()
        {
            Name = "h",
            CustomRequestHeaders = [new("X-New", "1"), new("X-Old", "2"), new("X-Gone", ""), new("Host", "inner.test:81")],
            CustomResponseHeaders = [new("X-Res", "3"), new("Server", ""), new("Set-Cookie", "a=b")],
        };
        await using WireBed bed = await StartAsync(new WireBedOptions { Middlewares = [headers] });
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: app.test\r\nX-Old: a\r\nx-old: b\r\nX-Gone: c\r\n\r\n");
        ScriptedPeer backend = await bed.Backends[0].AcceptAsync();
        WireRequest request = await backend.ReadRequestAsync();
        Assert.Equal(["1"], request.Fields("X-New"));
        Assert.Equal(["2"], request.Fields("X-Old"));
        Assert.Empty(request.Fields("X-Gone"));
        Assert.Equal(["inner.test:81"], request.Fields("Host"));
        await backend.SendAsync(Ok("x", "Server: secret\r\nX-Res: 1\r\n"));
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal(["3"], response.Fields("X-Res"));
        Assert.Empty(response.Fields("Server"));
        Assert.Equal("x", response.Body);
    }

    [Fact]
    public async Task Headers_OfResponses_AreOnOurOwnAnswersToo()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions
        {
            Middlewares = [new HeadersDefinition { Name = "h", CustomResponseHeaders = [new("X-Res", "3")] }],
        });
        bed.Serve(0, _ => "nonsense\r\n\r\n");
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(With("POST", "x"));
        Assert.Equal((502, "3"), (await client.ReadResponseAsync()) is var r ? (r.Status, r.Field("X-Res")) : default);
    }

    [Theory]
    [InlineData("GET", false, null, 302, "https://app.test/a?b")]
    [InlineData("GET", true, "443", 301, "https://app.test/a?b")]
    [InlineData("POST", false, "8443", 307, "https://app.test:8443/a?b")]
    [InlineData("POST", true, null, 308, "https://app.test/a?b")]
    public async Task RedirectScheme_AnswersWithTheSameUrlUnderTheOther(string method, bool permanent, string? port, int status, string location)
    {
        await using WireBed bed = await StartAsync(new WireBedOptions
        {
            Middlewares = [new RedirectSchemeDefinition { Name = "r", Scheme = "https", Port = port, Permanent = permanent }],
        });
        ScriptedPeer client = await bed.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync($"{method} /a?b HTTP/1.1\r\nHost: app.test:81\r\nContent-Length: 2\r\n\r\nxy");
            WireResponse response = await client.ReadResponseAsync();
            Assert.Equal((status, location), (response.Status, response.Field("Location")));
        }
    }

    [Fact]
    public async Task RedirectScheme_LeavesTheRightSchemeAlone()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions
        {
            TrustsEverybody = true,
            Middlewares = [new RedirectSchemeDefinition { Name = "r", Scheme = "https" }],
        });
        bed.Serve(0, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: app.test\r\nX-Forwarded-Proto: https\r\n\r\n");
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
    }
}

/// <inheritdoc/>
public sealed class MiddlewareSocketsTests() : MiddlewareTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class MiddlewareHostileTests() : MiddlewareTests(WireKind.Hostile);
