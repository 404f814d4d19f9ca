using System.Collections.Immutable;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Admin.Api;

/// <summary><c>/api/overview</c>: counts in Traefik's shape, and beside them the process's own.</summary>
internal sealed record OverviewView
{
    public required SchemeView Http { get; init; }

    /// <summary>Not served: zeros, which dashboards expect.</summary>
    public required SchemeView Tcp { get; init; }

    /// <inheritdoc cref="Tcp"/>
    public required SchemeView Udp { get; init; }

    public required FeaturesView Features { get; init; }

    public IEnumerable<string>? Providers { get; init; }

    /// <summary>Ours.</summary>
    public required ProcessView Pipeproxy { get; init; }

    public static OverviewView Of(AdminSources sources, ProxyState state) => new()
    {
        Http = new SchemeView(
            SectionView.Of(state.Routers, static r => r.Status),
            SectionView.Of(state.Services, static s => s.Status),
            SectionView.Of(state.Middlewares, static m => m.Status)),
        Tcp = new SchemeView(SectionView.None, SectionView.None, SectionView.None),
        Udp = new SchemeView(SectionView.None, SectionView.None, null),
        Features = new FeaturesView("", "", sources.AccessLog),
        Providers = Shape.OrNothing(sources.Providers),
        Pipeproxy = new ProcessView(
            state.Version,
            state.Problems.Length,
            sources.DataPlane.ConnectionCount,
            sources.DataPlane.ActiveRequests,
            sources.DataPlane.TotalRequests,
            sources.DataPlane.IsDraining,
            sources.Ping,
            sources.DockerConnected?.Invoke()),
    };
}

/// <summary>Counts of one protocol.</summary>
internal sealed record SchemeView(SectionView Routers, SectionView Services, SectionView? Middlewares);

/// <summary>How many there are, how many are not wholly in force, how many not at all.</summary>
internal sealed record SectionView(int Total, int Warnings, int Errors)
{
    public static SectionView None { get; } = new(0, 0, 0);

    public static SectionView Of<T>(ImmutableArray<T> all, Func<T, ObjectStatus> status) =>
        new(all.Length, all.Count(o => status(o) == ObjectStatus.Warning), all.Count(o => status(o) == ObjectStatus.Disabled));
}

/// <summary>What is switched on; an empty name = not.</summary>
internal sealed record FeaturesView(string Tracing, string Metrics, bool AccessLog);

/// <summary>What the process does at this moment.</summary>
/// <param name="ConfigurationVersion">Counts the changes of the configuration.</param>
/// <param name="Problems">What was written and is not in force: rawdata says which and why.</param>
/// <param name="Connections">Client connections that are open.</param>
/// <param name="ActiveRequests">Requests under way, this one included.</param>
/// <param name="TotalRequests">Requests since the start.</param>
/// <param name="Draining">It is ending.</param>
/// <param name="Ping"><c>/ping</c> is answered somewhere.</param>
/// <param name="DockerConnected">The engine's event stream is open; left out without a Docker provider.</param>
internal sealed record ProcessView(
    long ConfigurationVersion,
    int Problems,
    int Connections,
    long ActiveRequests,
    long TotalRequests,
    bool Draining,
    bool Ping,
    bool? DockerConnected);
