using PipeProxy.Core.Configuration;

namespace PipeProxy.Admin.Tests;

public sealed class AdminConfigurationTests
{
    [Fact]
    public void Create_NothingAsked_PublishesNothing()
    {
        ProviderConfiguration made = AdminConfiguration.Create(null, api: false, insecure: false, ping: false, "traefik");

        Assert.Equal("internal", made.Provider);
        Assert.Empty(made.Routers);
        Assert.Empty(made.Services);
    }

    [Fact]
    public void Create_ApiAlone_HasTheServiceAndNoRouter()
    {
        ProviderConfiguration made = AdminConfiguration.Create("traefik", api: true, insecure: false, ping: false, "traefik");

        Assert.Empty(made.Routers);
        ServiceDefinition service = Assert.Single(made.Services);
        Assert.Equal("api", service.Name);
        ServerDefinition server = Assert.Single(service.Servers);
        Assert.Null(server.Address);
        Assert.Equal(("internal://api", "internal://api", "internal://api"), (server.Url, server.Identity, server.Instance));
    }

    [Fact]
    public void Create_Insecure_LeadsToApiAndPingWithTraefiksRanks()
    {
        ProviderConfiguration made = AdminConfiguration.Create("traefik", api: false, insecure: true, ping: false, "web");

        Assert.Equal(
            [("api", "PathPrefix(`/api`)", "api@internal", "traefik", 9223372036854775806L), ("ping", "PathPrefix(`/ping`)", "ping@internal", "traefik", 9223372036854775807L)],
            made.Routers.Select(r => (r.Name, r.Rule, r.Service, Assert.Single(r.EntryPoints), r.Priority!.Value)));
        Assert.Equal(["api", "ping"], made.Services.Select(s => s.Name));
        Assert.Empty(made.Services[1].Servers);
    }

    [Theory]
    [InlineData(false, "traefik", "web", "web")]
    [InlineData(true, "traefik", "web", "traefik,web")]
    [InlineData(true, "traefik", "traefik", "traefik")]
    [InlineData(true, null, "web", "web")]
    public void Create_Ping_IsAnsweredWhereItIsAskedFor(bool insecure, string? admin, string asked, string expected)
    {
        ProviderConfiguration made = AdminConfiguration.Create(admin, api: false, insecure, ping: true, asked);

        Assert.Equal(expected, string.Join(',', Assert.Single(made.Routers, r => r.Name == "ping").EntryPoints));
    }
}
