using System.Net;
using System.Text.Json;
using PipeProxy.EndToEnd.Harness;

namespace PipeProxy.EndToEnd.Compose;

/// <summary>The report's stack at rest: who answers whom, and what it says about itself.</summary>
[Trait("Category", "Docker")]
public sealed class BalancingTests(StackFixture fixture) : IClassFixture<StackFixture>
{
    private const string CookieName = "StickySessionCookie";

    private ComposeStack Stack => fixture.Stack;

    [DockerFact]
    public async Task Requests_WithoutACookie_GoToEachContainerAlike()
    {
        await using RawClient client = await RawClient.ConnectAsync(ComposeStack.PublishedWeb);
        var counts = new Dictionary<string, int>();
        for (int request = 0; request < 300; request++)
        {
            RawAnswer answer = await client.GetAsync("/fast");
            Assert.Equal(200, answer.Status);
            counts[answer.Head.Container] = counts.GetValueOrDefault(answer.Head.Container) + 1;
        }

        string[] containers = [.. (await Stack.WebAppsAsync()).Select(container => container.Id).Order()];
        Assert.Equal(containers, counts.Keys.Order());
        Assert.All(counts.Values, count => Assert.Equal(100, count));
    }

    [DockerFact]
    public async Task Requests_WithTheCookie_StayOnOneContainer()
    {
        await using RawClient client = await RawClient.ConnectAsync(ComposeStack.PublishedWeb);
        RawHead first = (await client.GetAsync("/fast")).Head;
        string cookie = $"{CookieName}={first.CookieSet(CookieName)}";

        for (int request = 0; request < 100; request++)
        {
            RawAnswer answer = await client.GetAsync("/fast", cookie: $"other=1; {cookie}; last=2");
            Assert.Equal((200, first.Container), (answer.Status, answer.Head.Container));
            Assert.Null(answer.Head.CookieSet(CookieName));
        }
    }

    [DockerFact]
    public async Task Cookie_AsTheLabelsSay_IsHttpOnlyAndSixteenHexDigits()
    {
        await using RawClient client = await RawClient.ConnectAsync(ComposeStack.PublishedWeb);

        string[] parts = (await client.GetAsync("/fast")).Head.All("Set-Cookie").Single().Split("; ");

        Assert.Matches($"^{CookieName}=[0-9a-f]{{16}}$", parts[0]);
        Assert.Equal(["HttpOnly", "Path=/"], parts.Skip(1).Order());
    }

    [DockerFact]
    public async Task Cookie_ThatNamesNobody_IsReplaced()
    {
        await using RawClient client = await RawClient.ConnectAsync(ComposeStack.PublishedWeb);

        RawAnswer answer = await client.GetAsync("/fast", cookie: $"{CookieName}=0123456789abcdef");

        Assert.Equal(200, answer.Status);
        Assert.NotNull(answer.Head.CookieSet(CookieName));
    }

    [DockerFact]
    public async Task Request_ForAnotherHost_IsNotFound()
    {
        await using RawClient client = await RawClient.ConnectAsync(ComposeStack.PublishedWeb);

        Assert.Equal(404, (await client.GetAsync("/fast", host: "elsewhere")).Status);
        Assert.Equal(200, (await client.GetAsync("/fast", host: "LOCALHOST:80")).Status);
    }

    [DockerFact]
    public async Task Request_OnItsWay_GetsTheFieldsOfAProxy()
    {
        await using RawClient client = await RawClient.ConnectAsync(Stack.Web);

        RawAnswer answer = await client.GetAsync("/headers?x=%2f");

        using JsonDocument seen = JsonDocument.Parse(answer.Body);
        Assert.Equal("/headers?x=%2f", seen.RootElement.GetProperty("url").GetString());
        string[] fields = [.. seen.RootElement.GetProperty("headers").EnumerateArray().Select(item => item.GetString()!)];
        Assert.Equal("localhost", Field(fields, "Host"));
        Assert.Equal("localhost", Field(fields, "X-Forwarded-Host"));
        Assert.Equal("http", Field(fields, "X-Forwarded-Proto"));
        Assert.Equal("80", Field(fields, "X-Forwarded-Port"));
        Assert.True(IPAddress.TryParse(Field(fields, "X-Forwarded-For"), out IPAddress? address));
        Assert.Equal(address!.ToString(), Field(fields, "X-Real-Ip"));
        Assert.StartsWith("1.1 ", Field(fields, "Via"), StringComparison.Ordinal);
    }

    [DockerFact]
    public async Task Admin_AskedForPing_IsWell()
    {
        await using RawClient client = await RawClient.ConnectAsync(ComposeStack.PublishedAdmin);

        RawAnswer answer = await client.GetAsync("/ping");

        Assert.Equal((200, "OK"), (answer.Status, answer.Text));
    }

    [DockerFact]
    public async Task Admin_AskedForRawData_ShowsEachServerUp()
    {
        await using RawClient client = await RawClient.ConnectAsync(ComposeStack.PublishedAdmin);

        RawAnswer answer = await client.GetAsync("/api/rawdata");

        Assert.Equal(200, answer.Status);
        using JsonDocument data = JsonDocument.Parse(answer.Body);
        JsonElement router = data.RootElement.GetProperty("routers").GetProperty("webapp@docker");
        Assert.Equal("Host(`localhost`)", router.GetProperty("rule").GetString());
        Assert.Equal("enabled", router.GetProperty("status").GetString());
        JsonElement service = data.RootElement.GetProperty("services").GetProperty("webapp@docker");
        string[] urls = [.. service.GetProperty("loadBalancer").GetProperty("servers").EnumerateArray()
            .Select(server => server.GetProperty("url").GetString()!).Order()];
        Assert.Equal(3, urls.Length);
        Assert.All(urls, url => Assert.EndsWith(":3000", url, StringComparison.Ordinal));
        JsonElement states = service.GetProperty("serverStatus");
        Assert.All(urls, url => Assert.Equal("UP", states.GetProperty(url).GetString()));
    }

    [DockerFact]
    public async Task WebSocket_ThroughTheStack_EchoesMessages()
    {
        await using RawWebSocket socket = await RawWebSocket.OpenAsync(ComposeStack.PublishedWeb);
        foreach (string message in (string[])["a", new string('b', 126), new string('c', 40_000)])
        {
            await socket.SendAsync(message);
            Assert.Equal(message, await socket.ReceiveAsync());
        }

        await socket.CloseAsync();
    }

    [DockerFact]
    public async Task Image_WithItsHealthCheck_BecomesHealthy()
    {
        string proxy = (await Stack.ProxyAsync()).Id;

        await Eventually.BecomesTrueAsync("the proxy's container to be healthy", TimeSpan.FromSeconds(30), async () =>
            await DockerHost.InspectAsync(proxy, "{{.State.Health.Status}}") == "healthy");
    }

    private static string Field(string[] fields, string name)
    {
        int at = Array.FindIndex(fields, field => field.Equals(name, StringComparison.OrdinalIgnoreCase));
        Assert.True(at >= 0, $"no field {name} in {string.Join(", ", fields)}");
        return fields[at + 1];
    }
}
