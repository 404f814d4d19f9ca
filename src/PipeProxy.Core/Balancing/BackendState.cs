namespace PipeProxy.Core.Balancing;

/// <summary>Where a backend stands in its life. Which states are given new requests is decided by <see cref="BackendSet"/>.</summary>
public enum BackendState : byte
{
    /// <summary>Started; its port is not known to accept. Never chosen.</summary>
    Starting,

    /// <summary>Takes a growing share.</summary>
    Ramping,

    /// <summary>Serves.</summary>
    Up,

    /// <summary>Taken out for its behaviour; chosen only where no better one is left.</summary>
    Ejected,

    /// <summary>Was ejected and is being tried again.</summary>
    Probing,

    /// <summary>Its health check fails; chosen only where no better one is left.</summary>
    Unhealthy,

    /// <summary>Told to stop: what is under way finishes, new requests only where nothing else is left.</summary>
    Draining,

    /// <summary>Frozen. Never chosen.</summary>
    Paused,
}

/// <summary>One backend in a <see cref="BackendSet"/>, as it stood when the set was made.</summary>
/// <param name="Backend">The instance.</param>
/// <param name="Weight">Share relative to the others; 0 = sticky requests only.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Since">When it came into that state.</param>
/// <param name="Reason">Why, in one line for people.</param>
public readonly record struct BackendEntry(Backend Backend, int Weight, BackendState State, DateTimeOffset Since, string Reason)
{
    /// <summary>Its growing share, while <see cref="BackendState.Ramping"/>; null = none.</summary>
    public BackendRamp? Ramp { get; init; }

    /// <summary>Where it is tried by single live requests, while <see cref="BackendState.Probing"/>; null = its health check does that, or it is not.</summary>
    public BackendProbe? Probe { get; init; }

    /// <summary>
    /// How bad it is among those that are chosen only where no better one is left: 0 = probing, about 1 to 99 = ejected, the
    /// breaker's severity, 100 = unhealthy, 1 000 = ejected for failing in a row.
    /// </summary>
    public double Badness { get; init; }
}
