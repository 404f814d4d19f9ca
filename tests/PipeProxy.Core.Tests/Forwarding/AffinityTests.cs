using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>Round robin, and who comes back with a cookie.</summary>
public abstract class AffinityTests(WireKind kind) : WireTests(kind)
{
    private static readonly StickyCookie s_sticky = new() { Name = "s", HttpOnly = true };

    [Fact]
    public async Task RoundRobin_300RequestsOverThree_Are100Each()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 3 });
        WireServer[] servers = [.. Enumerable.Range(0, 3).Select(i => bed.Serve(i, _ => Ok($"{i}")))];
        ScriptedPeer client = await bed.ConnectAsync();
        for (int i = 0; i < 300; i++)
        {
            await client.SendAsync(Get);
            await client.ReadResponseAsync();
        }

        Assert.Equal([100, 100, 100], servers.Select(s => s.Requests));
        Assert.Equal([1, 1, 1], servers.Select(s => s.Connections));
    }

    [Fact]
    public async Task Affinity_FirstAnswer_SetsTheCookie_AndItIsKept()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 3, Sticky = s_sticky });
        WireServer[] servers = [.. Enumerable.Range(0, 3).Select(i => bed.Serve(i, _ => Ok($"{i}")))];
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        WireResponse first = await client.ReadResponseAsync();
        int index = first.Body[0] - '0';
        string cookie = Assert.Single(first.Fields("Set-Cookie"));
        Assert.Equal($"s={WireBed.CookieValueOf(bed.Server(index))}; Path=/; HttpOnly", cookie);
        for (int i = 0; i < 100; i++)
        {
            await client.SendAsync($"GET / HTTP/1.1\r\nHost: app.test\r\nCookie: a=b; {cookie[..cookie.IndexOf(';', StringComparison.Ordinal)]}\r\n\r\n");
            WireResponse response = await client.ReadResponseAsync();
            Assert.Equal(first.Body, response.Body);
            Assert.Empty(response.Fields("Set-Cookie"));
        }

        Assert.Equal(101, servers[index].Requests);
    }

    [Fact]
    public async Task Affinity_BackendsOwnCookies_StayAsTheyAre()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Sticky = s_sticky });
        bed.Serve(0, _ => Ok("x", "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync(Get);
        string[] cookies = (await client.ReadResponseAsync()).Fields("Set-Cookie");
        Assert.Equal(["a=1", "b=2"], cookies[..2]);
        Assert.Equal(3, cookies.Length);
    }

    [Fact]
    public async Task Affinity_Reroute_ReissuesTheCookie()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 2, Sticky = s_sticky });
        bed.Serve(0, _ => new WireAnswer("", Then.Close));
        bed.Serve(1, _ => Ok("x"));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n");
        Assert.StartsWith($"s={WireBed.CookieValueOf(bed.Server(1))};", (await client.ReadResponseAsync()).Field("Set-Cookie"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Affinity_CookieOfABackendThatIsGone_IsReissued()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 2, Sticky = s_sticky });
        bed.Serve(1, _ => Ok("x"));
        await bed.PublishAsync(bed.Server(1));
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: app.test\r\n{bed.CookieOf(0)}\r\n");
        Assert.StartsWith($"s={WireBed.CookieValueOf(bed.Server(1))};", (await client.ReadResponseAsync()).Field("Set-Cookie"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Affinity_TraefiksValue_IsUnderstoodOnceAndRewritten()
    {
        await using WireBed bed = await StartAsync(new WireBedOptions { Backends = 3, Sticky = s_sticky, IdentityPrefix = "app|" });
        WireServer[] servers = [.. Enumerable.Range(0, 3).Select(i => bed.Serve(i, _ => Ok($"{i}")))];
        ScriptedPeer client = await bed.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: app.test\r\nCookie: s={TraefikAffinity.Of(bed.Server(2).Url)}\r\n\r\n");
        WireResponse response = await client.ReadResponseAsync();
        Assert.Equal("2", response.Body);
        Assert.StartsWith($"s={WireBed.CookieValueOf(bed.Server(2))};", response.Field("Set-Cookie"), StringComparison.Ordinal);
        Assert.Equal(1, servers[2].Requests);
    }
}

/// <inheritdoc/>
public sealed class AffinitySocketsTests() : AffinityTests(WireKind.Sockets);

/// <inheritdoc/>
public sealed class AffinityHostileTests() : AffinityTests(WireKind.Hostile);
