using System.Net;
using BenchmarkDotNet.Attributes;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Microbench.Routing;

/// <summary>From a publication to the swapped snapshot, with 5 000 routers and services of two servers each.</summary>
[MemoryDiagnoser]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The harness ends it by its clean-up.")]
public class ConfigurationApply
{
    private readonly ProviderConfiguration[] _scaled = [.. Enumerable.Range(0, 2).Select(i => Configuration(routers: 5000, extraServers: i))];
    private readonly ProviderConfiguration[] _routed = [.. Enumerable.Range(0, 2).Select(i => Configuration(routers: 5000 + i, extraServers: 0))];
    private ConfigurationQueue _queue = null!;
    private int _turn;

    /// <summary>Starts the queue.</summary>
    [GlobalSetup]
    public void Setup() => _queue = new ConfigurationQueue(
        new ConfigurationOptions { EntryPoints = [new("web")], ForgetAfter = TimeSpan.Zero, CompileMiddleware = _ => throw new NotSupportedException() },
        TimeProvider.System);

    /// <summary>Ends it.</summary>
    [GlobalCleanup]
    public async Task Cleanup() => await _queue.DisposeAsync();

    /// <summary>One server comes or goes: the route tables stay.</summary>
    [Benchmark(Baseline = true)]
    public Task Scale() => Apply(_scaled);

    /// <summary>One router comes or goes: the route tables are made anew.</summary>
    [Benchmark]
    public Task Route() => Apply(_routed);

    private Task Apply(ProviderConfiguration[] choices)
    {
        _queue.Publish(choices[++_turn & 1]);
        return _queue.WhenAppliedAsync();
    }

    private static ProviderConfiguration Configuration(int routers, int extraServers) => new()
    {
        Provider = "docker",
        Routers = [.. Enumerable.Range(0, routers).Select(i => new RouterDefinition { Name = $"r{i}", Rule = $"Host(`h{i}.test`) && PathPrefix(`/{i}`)", Service = $"s{i % 5000}" })],
        Services = [.. Enumerable.Range(0, 5000).Select(i => new ServiceDefinition { Name = $"s{i}", Servers = [.. Enumerable.Range(0, i == 0 ? 2 + extraServers : 2).Select(Server)] })],
    };

    private static ServerDefinition Server(int index) => new()
    {
        Identity = $"c{index}",
        Instance = $"c{index}",
        Url = "http://10.0.0.1:80",
        DisplayName = $"c{index}",
        Address = new IPEndPoint(IPAddress.Loopback, 80),
    };
}
