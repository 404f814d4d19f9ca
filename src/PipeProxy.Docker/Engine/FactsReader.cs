using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Docker.DotNet.Models;
using PipeProxy.Docker.Labels;

namespace PipeProxy.Docker.Engine;

/// <summary>From the engine's answers to facts. Nothing in an answer is taken for granted: what is missing or odd is as if not said.</summary>
internal static class FactsReader
{
    /// <summary>The labels of a row of the list.</summary>
    public static ImmutableDictionary<string, string> LabelsOf(ContainerListResponse row) => Labels(row.Labels);

    /// <summary>
    /// What of a row of the list tells that the container has changed. The endpoints' ids are new after each start,
    /// so that a restart that no event told of shows as well.
    /// </summary>
    public static string Fingerprint(ContainerListResponse row)
    {
        var text = new StringBuilder();
        text.Append(row.State).Append('|').Append(row.Names is { Count: > 0 } names ? names[0] : "").Append('|').Append(HealthIn(row.Status)).Append('|').Append(row.Created.Ticks);
        foreach (var (name, network) in (row.NetworkSettings?.Networks ?? new Dictionary<string, EndpointSettings>()).OrderBy(static n => n.Key, StringComparer.Ordinal))
        {
            text.Append('|').Append(name).Append('|').Append(network?.EndpointID).Append('|').Append(network?.IPAddress).Append('|').Append(network?.GlobalIPv6Address);
        }

        return text.ToString();
    }

    /// <summary>The facts of an inspected container, or null where it does not run.</summary>
    public static ContainerFacts? Facts(ContainerInspectResponse answer)
    {
        if (answer is not { ID.Length: > 0, State: { } state } || !(state.Running || state.Paused) || state.Restarting || state.Dead)
        {
            return null;
        }

        var health = state.Health?.Status?.ToLowerInvariant() switch
        {
            "starting" => ContainerHealth.Starting,
            "healthy" => ContainerHealth.Healthy,
            "unhealthy" => ContainerHealth.Unhealthy,
            _ => ContainerHealth.None,
        };
        return new ContainerFacts
        {
            Id = answer.ID,
            Name = (answer.Name ?? "").TrimStart('/'),
            Labels = Labels(answer.Config?.Labels),
            Networks = Networks(answer.NetworkSettings?.Networks),
            ExposedPorts = Ports(answer),
            NetworkMode = answer.HostConfig?.NetworkMode ?? "default",
            Phase = state.Paused ? ContainerPhase.Paused : ContainerPhase.Running,
            Health = health,
            HasBeenHealthy = health == ContainerHealth.Healthy,
            CreatedAt = new DateTimeOffset(DateTime.SpecifyKind(answer.Created, DateTimeKind.Utc)),
            StartedAt = DateTimeOffset.TryParse(state.StartedAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var started) ? started.ToUniversalTime() : default,
            StopSignal = answer.Config?.StopSignal ?? "",
        };
    }

    /// <summary>The networks of an answer, by name.</summary>
    public static ImmutableArray<ContainerNetwork> Networks(IDictionary<string, EndpointSettings>? networks) =>
        networks is null ? [] : [.. networks.Where(static n => n.Value is not null)
            .Select(static n => new ContainerNetwork(n.Key, n.Value.NetworkID ?? "", Address(n.Value.IPAddress), Address(n.Value.GlobalIPv6Address)))
            .Where(static n => n.Address is not null)
            .OrderBy(static n => n.Name, StringComparer.Ordinal)];

    private static ImmutableDictionary<string, string> Labels(IDictionary<string, string>? labels) =>
        labels is null ? ImmutableDictionary<string, string>.Empty : labels.Where(static l => l.Value is not null).ToImmutableDictionary(StringComparer.Ordinal);

    private static ImmutableArray<int> Ports(ContainerInspectResponse answer)
    {
        IEnumerable<string> exposed = answer.Config?.ExposedPorts?.Keys ?? [];
        IEnumerable<string> bound = answer.NetworkSettings?.Ports?.Keys ?? [];
        return [.. exposed.Concat(bound).Select(TcpPort).Where(static p => p > 0).Distinct().Order()];
    }

    // "3000/tcp", or "3000" for the same.
    private static int TcpPort(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var number = slash < 0 ? text : text[..slash];
        var isTcp = slash < 0 || text.AsSpan(slash + 1).Equals("tcp", StringComparison.OrdinalIgnoreCase);
        return isTcp && ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0;
    }

    private static IPAddress? Address(string? text) => IPAddress.TryParse(text, out var address) ? address : null;

    // "Up 5 minutes (healthy)": the minutes change at every reading, the health does not.
    private static string HealthIn(string? status)
    {
        var open = status?.IndexOf('(') ?? -1;
        return open < 0 ? "" : status![open..];
    }
}
