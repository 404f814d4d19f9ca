using System.Collections.Immutable;
using System.Text.Json.Nodes;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Admin.Tests.Api;

public sealed class ApiTests
{
    [Theory]
    [InlineData("/api/version", "version.json")]
    [InlineData("/api/overview", "overview.json")]
    [InlineData("/api/rawdata", "rawdata.json")]
    [InlineData("/api/entrypoints", "entrypoints.json")]
    [InlineData("/api/entrypoints/web", "entrypoint-web.json")]
    [InlineData("/api/http/services/webapp@docker", "service-webapp.json")]
    [InlineData("/api/http/routers?search=A.TEST", "routers-search.json")]
    [InlineData("/api/http/middlewares/slash@docker", "middleware-slash.json")]
    public async Task Get_Sample_IsTheRecordedAnswer(string target, string recorded)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        await admin.PublishAsync(Sample.Docker, Sample.Internal);

        Answer answer = await admin.GetAsync(target);

        Assert.Equal(200, answer.Status);
        Recorded.Equal(recorded, answer.Json);
    }

    [Fact]
    public async Task RawData_NothingPublished_HasNoObjectsAndNoProblems()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();

        Assert.Equal("""{"problems":[]}""", (await admin.GetAsync("/api/rawdata")).Body);
    }

    [Fact]
    public async Task RawData_ServiceDropped_IsShownAsRetained()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        await admin.PublishAsync(Sample.Docker);
        await admin.PublishAsync(new ProviderConfiguration { Provider = "docker" });

        JsonNode json = (await admin.GetAsync("/api/rawdata")).Json;

        Assert.True((bool)json["services"]!["webapp@docker"]!["retained"]!);
        Assert.True((bool)json["routers"]!["webapp@docker"]!["retained"]!);
        Assert.True((bool)json["middlewares"]!["slash@docker"]!["retained"]!);
        Assert.Empty(json["services"]!["webapp@docker"]!["backends"]!.AsArray());
        Assert.Null(json["services"]!["webapp@docker"]!["serverStatus"]);
    }

    [Fact]
    public async Task RawData_AddressOfOneThatLeavesAndOneThatServes_IsUp()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        ServerDefinition leaving = AdminFixture.Server(3, ServerPresence.Draining, name: "old");
        await admin.PublishAsync(Service(AdminFixture.Server(3), leaving));
        JsonNode first = (await admin.GetAsync("/api/rawdata")).Json["services"]!["webapp@docker"]!;
        await admin.PublishAsync(Service(leaving, AdminFixture.Server(3)));
        JsonNode second = (await admin.GetAsync("/api/rawdata")).Json["services"]!["webapp@docker"]!;

        Assert.Equal("""{"http://172.18.0.3:3000":"UP"}""", first["serverStatus"]!.ToJsonString());
        Assert.Equal("""{"http://172.18.0.3:3000":"UP"}""", second["serverStatus"]!.ToJsonString());
        Assert.Equal(2, second["backends"]!.AsArray().Count);
    }

    [Fact]
    public async Task RawData_HostileNames_AreEscapedAndComeBackWhole()
    {
        const string Hostile = "a\"b\\c\u0001\r\n</script>\u2028é𝄞";
        await using AdminFixture admin = await AdminFixture.StartAsync();
        await admin.PublishAsync(Service(AdminFixture.Server(3, name: Hostile)) with
        {
            Problems = [new ConfigurationProblem(Hostile, Hostile, "lone surrogate: \ud800")],
        });

        Answer answer = await admin.GetAsync("/api/rawdata");

        Assert.Equal(Hostile, (string?)answer.Json["services"]!["webapp@docker"]!["backends"]![0]!["name"]);
        Assert.Equal(Hostile, (string?)answer.Json["problems"]![0]!["key"]);
        Assert.Equal("lone surrogate: \ufffd", (string?)answer.Json["problems"]![0]!["reason"]);
        Assert.DoesNotContain(answer.Body, c => c < ' ');
    }

    [Fact]
    public async Task RawData_FiveHundredBackends_AreAllThere()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        ServerDefinition[] servers = [.. Enumerable.Range(0, 500).Select(i => AdminFixture.Server(1 + (i % 250)) with { Identity = $"i{i}", Instance = $"i{i}" })];
        await admin.PublishAsync(Service(servers));

        JsonNode json = (await admin.GetAsync("/api/rawdata")).Json["services"]!["webapp@docker"]!;

        Assert.Equal(500, json["backends"]!.AsArray().Count);
        Assert.Equal(500, json["loadBalancer"]!["servers"]!.AsArray().Count);
        Assert.Equal(250, json["serverStatus"]!.AsObject().Count);
    }

    [Theory]
    [InlineData("/api")]
    [InlineData("/api/")]
    [InlineData("/api/nothing")]
    [InlineData("/api/version/")]
    [InlineData("/API/version")]
    [InlineData("/ping")]
    [InlineData("/api/http/routers/none@docker")]
    [InlineData("/api/entrypoints/none")]
    public async Task Get_UnknownPath_Is404InJson(string target)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();

        Answer answer = await admin.GetAsync(target);

        Assert.Equal(404, answer.Status);
        Assert.NotEmpty((string)answer.Json["message"]!);
        Assert.Contains("Content-Type: application/json", answer.Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/api/version")]
    [InlineData("DELETE", "/api/http/routers/webapp@docker")]
    [InlineData("OPTIONS", "/api/nothing")]
    public async Task Ask_AnotherMethod_Is405(string method, string target)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();

        Answer answer = await admin.GetAsync(target, method);

        Assert.Equal(405, answer.Status);
        Assert.Contains("Allow: GET, HEAD", answer.Head, StringComparison.Ordinal);
        Assert.NotEmpty((string)answer.Json["message"]!);
    }

    [Fact]
    public async Task Head_KnownPath_HasTheHeadAndNoBody()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();

        Answer answer = await admin.GetAsync("/api/rawdata", "HEAD");

        Assert.Equal(200, answer.Status);
        Assert.Empty(answer.Body);
    }

    [Fact]
    public async Task Get_AnyAnswer_IsNotStoredAndNotSniffed()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();

        Answer answer = await admin.GetAsync("/api/version?x=/api/overview");

        Assert.Contains("Content-Type: application/json\r\n", answer.Head, StringComparison.Ordinal);
        Assert.Contains("Cache-Control: no-store", answer.Head, StringComparison.Ordinal);
        Assert.Contains("X-Content-Type-Options: nosniff", answer.Head, StringComparison.Ordinal);
        Assert.DoesNotContain("Server:", answer.Head, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Get_NameWithEncodedSlash_IsOneSegment()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        await admin.PublishAsync(new ProviderConfiguration { Provider = "docker", Services = [new ServiceDefinition { Name = "a/b%c" }] });

        Answer answer = await admin.GetAsync("/api/http/services/a%2fb%25c@docker");

        Assert.Equal(200, answer.Status);
        Assert.Equal("a/b%c@docker", (string?)answer.Json["name"]);
    }

    [Theory]
    [InlineData("", 100, "2")]
    [InlineData("?page=3", 30, "1")]
    [InlineData("?page=2&per_page=115", 115, "1")]
    [InlineData("?per_page=7&page=2", 7, "3")]
    [InlineData("?search=s22&per_page=5", 5, "2")]
    [InlineData("?status=disabled", 0, "1")]
    public async Task List_ManyServices_ComeInPages(string query, int count, string next)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        ImmutableArray<ServiceDefinition> services = [.. Enumerable.Range(0, 230).Select(i => new ServiceDefinition { Name = $"s{i}" })];
        await admin.PublishAsync(new ProviderConfiguration { Provider = "docker", Services = services });

        Answer answer = await admin.GetAsync("/api/http/services" + query);

        Assert.Equal(count, answer.Json.AsArray().Count);
        Assert.Contains($"X-Next-Page: {next}\r\n", answer.Head + "\r\n", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?page=0")]
    [InlineData("?page=-1")]
    [InlineData("?per_page=x")]
    [InlineData("?page=2")]
    [InlineData("?page=2147483647&per_page=2147483647")]
    public async Task List_PageThatIsNotThere_Is400(string query)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();

        Answer answer = await admin.GetAsync("/api/http/routers" + query);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith("invalid request", (string)answer.Json["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Overview_WithoutDocker_DoesNotSpeakOfIt()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync(static s => s with { DockerConnected = null, Providers = [] });

        JsonNode json = (await admin.GetAsync("/api/overview")).Json;

        Assert.False(json["pipeproxy"]!.AsObject().ContainsKey("dockerConnected"));
        Assert.False(json.AsObject().ContainsKey("providers"));
    }

    private static ProviderConfiguration Service(params ServerDefinition[] servers) => new()
    {
        Provider = "docker",
        Services = [new ServiceDefinition { Name = "webapp", Servers = [.. servers] }],
    };
}
