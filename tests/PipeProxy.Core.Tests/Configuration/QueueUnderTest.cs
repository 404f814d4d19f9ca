using System.Collections.Immutable;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Routing;
using PipeProxy.Core.Tests.Balancing;
using PipeProxy.Core.Tests.Routing;

namespace PipeProxy.Core.Tests.Configuration;

/// <summary>A queue with a clear, a TLS and an admin entry point, a clock of its own, and what it said.</summary>
internal sealed class QueueUnderTest : IAsyncDisposable
{
    public QueueUnderTest(TimeSpan? forgetAfter = null)
    {
        Queue = new ConfigurationQueue(
            new ConfigurationOptions
            {
                EntryPoints = [new("web"), new("websecure", IsTls: true), new("traefik", IsAdmin: true)],
                ForgetAfter = forgetAfter ?? TimeSpan.FromSeconds(60),
                CompileMiddleware = d => d is AddPrefixDefinition { Prefix: "bad" } ? throw new ArgumentException("prefix begins with a slash") : new TestMiddleware(d.Name),
            },
            Clock);
        Queue.Applied += (state, change) => Changes.Add((state, change));
        Queue.Faulted += Faults.Add;
    }

    public ManualClock Clock { get; } = new();

    public ConfigurationQueue Queue { get; }

    public List<(ProxyState State, ProxyStateChange Change)> Changes { get; } = [];

    public List<Exception> Faults { get; } = [];

    public ProxyState Current => Queue.Current;

    public async Task<ProxyState> Publish(ProviderConfiguration configuration)
    {
        Queue.Publish(configuration);
        return await Settle();
    }

    public async Task<ProxyState> Advance(double seconds)
    {
        Clock.Advance(TimeSpan.FromSeconds(seconds));
        return await Settle();
    }

    public async Task<ProxyState> Settle()
    {
        await Queue.WhenAppliedAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(Faults);
        return Current;
    }

    public Route? Find(string url, string entryPoint = "web") => Current.RoutesOf(entryPoint).Find(new RouteRequest(RequestHeads.Get(url), null));

    public BackendEntry Entry(string service, string backend) =>
        Current.Services.Single(s => s.Name == service).Backends.Single(b => b.Backend.ToString() == backend);

    public RouterStatus Router(string name) => Current.Routers.Single(r => r.Name == name);

    public ValueTask DisposeAsync() => Queue.DisposeAsync();

    public static ProviderConfiguration Docker(params ServerDefinition[] servers) => new()
    {
        Provider = "docker",
        Routers = [Router("web", "Host(`localhost`)", "app")],
        Services = [Service("app", servers)],
    };

    public static RouterDefinition Router(string name, string rule, string service, params string[] middlewares) =>
        new() { Name = name, Rule = rule, Service = service, Middlewares = [.. middlewares], Source = "container one" };

    public static ServiceDefinition Service(string name, params ServerDefinition[] servers) => new() { Name = name, Servers = [.. servers], Source = "container one" };

    public static ServerDefinition Server(string name, ServerPresence presence = ServerPresence.Running, int weight = 1) => TestBackends.Server(name, weight, presence);

    private sealed class TestMiddleware(string name) : Core.Middleware.Middleware(name)
    {
        internal override Core.Middleware.MiddlewareHooks Hooks => Core.Middleware.MiddlewareHooks.None;
    }
}
