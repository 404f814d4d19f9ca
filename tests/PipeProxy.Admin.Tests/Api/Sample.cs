using PipeProxy.Core.Configuration;

namespace PipeProxy.Admin.Tests.Api;

/// <summary>A configuration with something of everything: what the recorded answers are of.</summary>
internal static class Sample
{
    public static ProviderConfiguration Docker { get; } = new()
    {
        Provider = "docker",
        Routers =
        [
            new RouterDefinition { Name = "webapp", Rule = "Host(`a.test`) && PathPrefix(`/x`)", Service = "webapp", Middlewares = ["slash", "auth@docker"] },
            new RouterDefinition { Name = "secure", Rule = "Host(`s.test`)", Service = "webapp", EntryPoints = ["web"], Tls = true, Priority = 7 },
            new RouterDefinition { Name = "lost", Rule = "Host(`l.test`)", Service = "nowhere", EntryPoints = ["web"], Source = "demo-lost-1" },
        ],
        Services =
        [
            new ServiceDefinition
            {
                Name = "webapp",
                Servers =
                [
                    AdminFixture.Server(3),
                    AdminFixture.Server(4, ServerPresence.Draining, weight: 3),
                    AdminFixture.Server(5, ServerPresence.Starting),
                    AdminFixture.Server(6, ServerPresence.Unhealthy),
                    AdminFixture.Server(7, ServerPresence.Paused),
                ],
                Sticky = new StickyCookie { Name = "StickySessionCookie", HttpOnly = true, SameSite = "lax", MaxAge = 60 },
                PassHostHeader = false,
            },
            new ServiceDefinition { Name = "empty" },
        ],
        Middlewares =
        [
            new AddPrefixDefinition { Name = "slash", Prefix = "/toto" },
            new ForwardAuthDefinition { Name = "auth", Address = "http://127.0.0.1:9/", TrustForwardHeader = true, AuthResponseHeaders = ["X-User"] },
            new HeadersDefinition { Name = "fields", CustomRequestHeaders = [new("X-A", "1"), new("X-B", "")], CustomResponseHeaders = [new("X-C", "2")] },
            new RedirectSchemeDefinition { Name = "tls", Scheme = "https", Port = "443", Permanent = true },
        ],
        Problems = [new ConfigurationProblem("demo-webapp-1", "traefik.http.middlewares.cb.circuitbreaker.expression", "not in force in this version")],
    };

    public static ProviderConfiguration Internal { get; } = AdminConfiguration.Create("traefik", api: true, insecure: true, ping: false, "traefik");
}
