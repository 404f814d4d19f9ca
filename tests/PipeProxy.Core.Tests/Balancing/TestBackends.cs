using System.Net;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Core.Tests.Balancing;

internal static class TestBackends
{
    public static ServerDefinition Server(string name, int weight = 1, ServerPresence presence = ServerPresence.Running, params string[] aliases) => new()
    {
        Identity = $"identity-{name}",
        Instance = $"instance-{name}",
        Url = "http://10.0.0.1:80",
        DisplayName = name,
        Address = IPEndPoint.Parse("10.0.0.1:80"),
        Weight = weight,
        Presence = presence,
        AffinityAliases = [.. aliases],
    };

    public static BackendEntry Entry(string name, BackendState state = BackendState.Up, int weight = 1, params string[] aliases) =>
        new(new Backend(Server(name, weight, aliases: aliases)), weight, state, DateTimeOffset.UnixEpoch, "test");

    public static BackendRing Ring(params int[] weights) => BackendRing.Create([.. weights.Select((w, i) => (new Backend(Server($"b{i}")), w))]);
}
