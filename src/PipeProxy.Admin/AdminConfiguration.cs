using System.Collections.Immutable;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Admin;

/// <summary>What the provider <c>internal</c> publishes: the ways to the API and to <c>/ping</c>, named and ranked as in Traefik.</summary>
public static class AdminConfiguration
{
    /// <summary>URL of the backend inside the process that serves the API.</summary>
    public const string ApiBackend = "internal://api";

    /// <param name="adminEntryPointName">The entry point that <paramref name="insecure"/> opens; null where there is none.</param>
    /// <param name="api"><c>api@internal</c> exists, so that routers of others can lead to it.</param>
    /// <param name="insecure">The admin entry point serves the API and <c>/ping</c> to everyone who reaches it.</param>
    /// <param name="ping"><c>/ping</c> is asked for by itself.</param>
    /// <param name="pingEntryPoint">Where it is then answered.</param>
    public static ProviderConfiguration Create(string? adminEntryPointName, bool api, bool insecure, bool ping, string pingEntryPoint)
    {
        string? admin = insecure ? adminEntryPointName : null;
        var routers = ImmutableArray.CreateBuilder<RouterDefinition>();
        var services = ImmutableArray.CreateBuilder<ServiceDefinition>();
        if (api || insecure)
        {
            services.Add(new ServiceDefinition { Name = "api", Servers = [ApiServer()], Source = "--api" });
        }

        if (admin is not null)
        {
            routers.Add(new RouterDefinition
            {
                Name = "api",
                Rule = "PathPrefix(`/api`)",
                Service = InternalServices.Api,
                EntryPoints = [admin],
                Priority = long.MaxValue - 1,
                Source = "--api.insecure",
            });
        }

        if (ping || admin is not null)
        {
            services.Add(new ServiceDefinition { Name = "ping", Source = "--ping" });
            routers.Add(new RouterDefinition
            {
                Name = "ping",
                Rule = "PathPrefix(`/ping`)",
                Service = InternalServices.Ping,
                EntryPoints = PingEntryPoints(admin, ping ? pingEntryPoint : null),
                Priority = long.MaxValue,
                Source = "--ping",
            });
        }

        return new ProviderConfiguration
        {
            Provider = InternalServices.Provider,
            Routers = routers.ToImmutable(),
            Services = services.ToImmutable(),
        };
    }

    private static ServerDefinition ApiServer() => new()
    {
        Identity = ApiBackend,
        Instance = ApiBackend,
        Url = ApiBackend,
        DisplayName = ApiBackend,
    };

    private static ImmutableArray<string> PingEntryPoints(string? admin, string? asked) =>
        admin is null ? [asked!] : asked is null || asked == admin ? [admin] : [admin, asked];
}
