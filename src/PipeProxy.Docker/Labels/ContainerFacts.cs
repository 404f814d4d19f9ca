using System.Collections.Immutable;
using System.Net;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Docker.Labels;

/// <summary>One network a container is in.</summary>
internal sealed record ContainerNetwork(string Name, string Id, IPAddress? V4, IPAddress? V6)
{
    public IPAddress? Address => V4 ?? V6;
}

/// <summary>Where a container stands in its life, as the engine says.</summary>
internal enum ContainerPhase
{
    Running,
    Paused,

    /// <summary>It has died or was removed; its names are kept for it for a while, it serves nothing.</summary>
    Gone,
}

/// <summary>What the container's own HEALTHCHECK says.</summary>
internal enum ContainerHealth
{
    /// <summary>It has no HEALTHCHECK.</summary>
    None,
    Starting,
    Healthy,
    Unhealthy,
}

/// <summary>What labels and address of a container are read from. Made from the engine's list and inspect, changed by its events.</summary>
internal sealed record ContainerFacts
{
    /// <summary>64 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>Without the leading slash.</summary>
    public required string Name { get; init; }

    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Sorted by name, ordinal.</summary>
    public ImmutableArray<ContainerNetwork> Networks { get; init; } = [];

    /// <summary>Exposed TCP ports, ascending.</summary>
    public ImmutableArray<int> ExposedPorts { get; init; } = [];

    /// <summary><c>default</c>, <c>host</c>, <c>none</c>, <c>container:id</c> or a network's name.</summary>
    public string NetworkMode { get; init; } = "default";

    public ContainerPhase Phase { get; init; } = ContainerPhase.Running;

    public ContainerHealth Health { get; init; }

    /// <summary>When the container was made (not started), by the engine's clock.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its process began, by the engine's clock; to the nanosecond in the engine, to 100 ns here.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>As the image or the user wrote it: <c>SIGTERM</c>, <c>QUIT</c>, <c>15</c>, <c>SIGRTMIN+3</c>; empty = SIGTERM.</summary>
    public string StopSignal { get; init; } = "";

    /// <summary>It was seen to start, and has no HEALTHCHECK: its port is not known to accept.</summary>
    public bool IsStarting { get; init; }

    /// <summary>It was sent its stop signal.</summary>
    public bool IsDraining { get; init; }

    /// <summary>Its HEALTHCHECK has passed at least once since it started.</summary>
    public bool HasBeenHealthy { get; init; }

    /// <summary>Compose project, or null.</summary>
    public string? Project => ComposeLabel("com.docker.compose.project");

    /// <summary>Compose service, or null.</summary>
    public string? ComposeService => ComposeLabel("com.docker.compose.service");

    /// <summary>Who is one party where definitions disagree: the compose project, else the container alone.</summary>
    public string Party => Project is { } project ? "project " + project : "container " + Id;

    /// <summary>As people name it in a problem: name and short id.</summary>
    public string Source => $"{UntrustedText.Show(Name)} ({ShortId})";

    public string ShortId => Id.Length > 12 ? Id[..12] : Id;

    /// <summary>Its definitions are tried: it has no HEALTHCHECK, or has passed it.</summary>
    public bool HasBeenUp => Phase != ContainerPhase.Gone && (Health == ContainerHealth.None || HasBeenHealthy);

    /// <summary>
    /// What the data plane is told. A HEALTHCHECK that has not passed yet is <see cref="ServerPresence.Unhealthy"/>, not
    /// <see cref="ServerPresence.Starting"/>: the data plane ends the latter as soon as the port accepts, and a container
    /// with a HEALTHCHECK is to wait for it.
    /// </summary>
    public ServerPresence Presence => this switch
    {
        { IsDraining: true } => ServerPresence.Draining,
        { Phase: ContainerPhase.Paused } => ServerPresence.Paused,
        { Health: ContainerHealth.Starting or ContainerHealth.Unhealthy } => ServerPresence.Unhealthy,
        { IsStarting: true, Health: ContainerHealth.None } => ServerPresence.Starting,
        _ => ServerPresence.Running,
    };

    private string? ComposeLabel(string key) => Labels.TryGetValue(key, out var value) && value.Length > 0 ? value : null;
}
