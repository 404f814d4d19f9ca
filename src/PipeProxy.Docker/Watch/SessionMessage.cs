using Docker.DotNet.Models;
using PipeProxy.Docker.Engine;
using PipeProxy.Docker.Labels;

namespace PipeProxy.Docker.Watch;

/// <summary>What reaches a session's loop: everything that is read beside it comes as one of these.</summary>
internal abstract record SessionMessage;

/// <summary>The engine sent an event.</summary>
internal sealed record Happened(EngineEvent Event) : SessionMessage;

/// <summary>The list is there, and where the proxy stands; or it failed.</summary>
internal sealed record Listed(IList<ContainerListResponse>? Rows, Surroundings? Surroundings, Exception? Failure) : SessionMessage;

/// <summary>A container was read; no facts and no failure = it does not run.</summary>
internal sealed record Inspected(string Id, ContainerFacts? Facts, Exception? Failure) : SessionMessage;

/// <summary>The event stream is over; no failure = the engine ended it.</summary>
internal sealed record Ended(Exception? Failure) : SessionMessage;

/// <summary>A container's inspect under way.</summary>
internal sealed class Flight
{
    /// <summary>Of the row of the list that led to it; null where an event did.</summary>
    public string? Fingerprint { get; set; }

    /// <summary>An event came since it took off: its answer may be older.</summary>
    public bool Again { get; set; }

    /// <summary>The container may have started just now.</summary>
    public bool SawStart { get; set; }

    /// <summary>What it brings is published without waiting for company.</summary>
    public bool IsUrgent { get; set; }
}
