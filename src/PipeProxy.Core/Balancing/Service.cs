namespace PipeProxy.Core.Balancing;

/// <summary>
/// What a service keeps for its whole life, through every change of its backends: its name and its place in the round.
/// Everything else is read anew from the snapshot, by <c>ProxyState.StateOf</c>.
/// </summary>
public sealed class Service
{
    internal Service(string name, int slot)
    {
        Name = name;
        Slot = slot;
    }

    /// <summary><c>name@provider</c>.</summary>
    public string Name { get; }

    /// <summary>Its place in the snapshot's table of services. Given to another only after this one was dropped.</summary>
    internal int Slot { get; }

    /// <summary>Its place in the round.</summary>
    internal RingCounter Counter { get; } = new();

    /// <summary>What forwarding keeps for this service (its hold queue, its retry budget). Set once, by forwarding.</summary>
    internal object? Runtime;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
