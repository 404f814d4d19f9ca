using System.Collections.Immutable;
using System.Net;
using PipeProxy.Core.Configuration;
using PipeProxy.Docker.Labels;

namespace PipeProxy.Docker.Tests.Labels;

/// <summary>Containers and readings for the label tests: the proxy is in 172.18.0.0/16 and fd00::/64.</summary>
internal static class LabelTestKit
{
    public static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static LabelContext Context(DockerOptions? options = null) =>
        new(options ?? new DockerOptions(), [IPNetwork.Parse("172.18.0.0/16"), IPNetwork.Parse("fd00::/64")], IPAddress.Loopback);

    /// <summary>A container of its own, or of a compose service; labels as <c>key=value</c>.</summary>
    public static ContainerFacts Container(string name, params string[] labels) => new()
    {
        Id = name.PadRight(64, 'f'),
        Name = name,
        Labels = labels.Select(static l => l.Split('=', 2)).ToImmutableDictionary(static l => l[0], static l => l[1]),
        Networks = [new ContainerNetwork("app", "n1", IPAddress.Parse("172.18.0.3"), null)],
        ExposedPorts = [3000],
        CreatedAt = Epoch,
        StartedAt = Epoch.AddSeconds(1),
    };

    public static ContainerFacts Compose(string project, string service, int index, params string[] labels) =>
        Container($"{project}-{service}-{index}", [.. labels, $"com.docker.compose.project={project}", $"com.docker.compose.service={service}"]) with
        {
            Networks = [new ContainerNetwork(project + "_default", "n1", IPAddress.Parse($"172.18.0.{index + 2}"), null)],
        };

    public static ProviderConfiguration Read(params ContainerFacts[] containers) => Read(new DockerOptions(), containers);

    public static ProviderConfiguration Read(DockerOptions options, params ContainerFacts[] containers) =>
        LabelReader.Read(containers, Context(options), ImmutableDictionary<string, string>.Empty).Configuration;

    public static ConfigurationProblem Problem(ProviderConfiguration configuration, string key) => Assert.Single(configuration.Problems, p => p.Key == key);
}
