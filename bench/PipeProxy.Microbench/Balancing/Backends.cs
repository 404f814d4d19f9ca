using System.Net;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Microbench.Balancing;

/// <summary>Backends that are up.</summary>
internal static class Backends
{
    /// <summary>A set of that many.</summary>
    public static BackendSet Set(int count) => BackendSet.Create([.. Enumerable.Range(0, count).Select(i => new BackendEntry(
        new Backend(new ServerDefinition
        {
            Identity = $"app|c{i}|3000|http",
            Instance = $"app|c{i}|3000|http|10.0.0.{i}|0",
            Url = $"http://10.0.0.{i}:3000",
            DisplayName = $"app-{i}",
            Address = new IPEndPoint(IPAddress.Loopback, 3000),
            AffinityAliases = TraefikAffinity.AliasesOf($"http://10.0.0.{i}:3000"),
        }),
        1,
        BackendState.Up,
        DateTimeOffset.UnixEpoch,
        ""))]);
}
