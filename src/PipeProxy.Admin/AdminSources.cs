using System.Collections.Immutable;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Forwarding;

namespace PipeProxy.Admin;

/// <summary>What the admin application reads. It changes nothing of it.</summary>
public sealed record AdminSources
{
    /// <summary>Where the running snapshot is taken from, once a request.</summary>
    public required ConfigurationQueue Configuration { get; init; }

    /// <summary>Counts of connections and requests, and whether it drains.</summary>
    public required DataPlane DataPlane { get; init; }

    /// <summary>Every entry point that listens, the admin one too.</summary>
    public required ImmutableArray<AdminEntryPoint> EntryPoints { get; init; }

    /// <summary>Version of the binary: <c>0.1.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>When the process began to serve.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Providers that were asked for, in Traefik's spelling (<c>Docker</c>); <c>Static</c> for backends of the command line.</summary>
    public ImmutableArray<string> Providers { get; init; } = [];

    /// <summary>Requests are logged.</summary>
    public bool AccessLog { get; init; }

    /// <summary><c>/ping</c> is answered on some entry point.</summary>
    public bool Ping { get; init; }

    /// <summary>True while the event stream of the Docker engine is open; null = no Docker provider. Any thread, must not block.</summary>
    public Func<bool>? DockerConnected { get; init; }
}

/// <summary>A listening address, as the API shows it.</summary>
/// <param name="Name">As routers name it.</param>
/// <param name="Address">As it was given: <c>:80</c>.</param>
public sealed record AdminEntryPoint(string Name, string Address);
