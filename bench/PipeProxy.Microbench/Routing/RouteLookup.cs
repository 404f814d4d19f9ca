using System.Net;
using BenchmarkDotNet.Attributes;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Http;
using PipeProxy.Core.Routing;

namespace PipeProxy.Microbench.Routing;

/// <summary>One look-up in a table of routers on distinct hosts: 1 000 cost about what one does, and nothing is allocated.</summary>
[MemoryDiagnoser]
public class RouteLookup
{
    private readonly RequestHead _request = Requests.Get("host0.example.com:8080", "/api/users?page=2");
    private readonly RequestHead _encoded = Requests.Get("host0.example.com", "/api/%75sers");
    private readonly RequestHead _unknown = Requests.Get("nobody.example.com", "/");
    private readonly IPAddress _client = IPAddress.Loopback;
    private RouteTable _hosts = RouteTable.Empty;
    private RouteTable _combined = RouteTable.Empty;
    private RouteTable _regexp = RouteTable.Empty;

    /// <summary>Routers in the table.</summary>
    [Params(1, 1000)]
    public int Routers { get; set; }

    /// <summary>Builds the tables.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _hosts = Table(i => $"Host(`host{i}.example.com`)");
        _combined = Table(i => $"Host(`host{i}.example.com`) && (PathPrefix(`/api`) || PathPrefix(`/ws`)) && !Path(`/api/secret`)");
        _regexp = Table(i => $"Host(`host{i}.example.com`) && PathRegexp(`^/api/[a-z]+$`)");
    }

    /// <summary><c>Host(...)</c>.</summary>
    [Benchmark(Baseline = true)]
    public object? Host() => _hosts.Find(new RouteRequest(_request, _client));

    /// <summary>No router for the host.</summary>
    [Benchmark]
    public object? UnknownHost() => _hosts.Find(new RouteRequest(_unknown, _client));

    /// <summary>Host, two prefixes and a negation.</summary>
    [Benchmark]
    public object? Combined() => _combined.Find(new RouteRequest(_request, _client));

    /// <summary>The same with an encoded path.</summary>
    [Benchmark]
    public object? CombinedEncodedPath() => _combined.Find(new RouteRequest(_encoded, _client));

    /// <summary>Host and a regular expression over the path.</summary>
    [Benchmark]
    public object? Regexp() => _regexp.Find(new RouteRequest(_request, _client));

    private RouteTable Table(Func<int, string> rule) => RouteTable.Create(Enumerable.Range(0, Routers).Select(i =>
    {
        var definition = new RouterDefinition { Name = $"r{i}", Rule = rule(i), Service = "s" };
        var node = RuleParser.Parse(definition.Rule);
        return new RouteCandidate(new Route($"r{i}@bench", definition, new Service("s@bench", 0), []), node, RuleParser.PriorityOf(definition.Rule, node));
    }));
}
