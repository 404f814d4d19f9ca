using PipeProxy.Core.Balancing;

namespace PipeProxy.Core.Configuration;

/// <summary>One instance and where it stands, kept by the queue's consumer for as long as the instance is published.</summary>
internal sealed class BackendRecord
{
    private ServerPresence _presence;
    private int _weight;
    private BackendState _state;
    private DateTimeOffset _since;
    private string _reason = "";

    public BackendRecord(ServerDefinition definition, DateTimeOffset now)
    {
        Backend = new Backend(definition);
        _weight = definition.Weight;
        Enter(definition.Presence, now);
    }

    /// <summary>The instance: the same object for as long as this record lives.</summary>
    public Backend Backend { get; }

    /// <summary>As it goes into a set.</summary>
    public BackendEntry Entry => new(Backend, _weight, _state, _since, _reason);

    /// <summary>True where <paramref name="definition"/> is this very instance.</summary>
    public bool IsSame(ServerDefinition definition)
    {
        var mine = Backend.Definition;
        return mine.Instance == definition.Instance && mine.Identity == definition.Identity && mine.Url == definition.Url
            && Equals(mine.Address, definition.Address) && mine.AffinityAliases.AsSpan().SequenceEqual(definition.AffinityAliases.AsSpan());
    }

    /// <summary>Takes over what the provider says now. What was found out stays, unless the provider says something new.</summary>
    public void Update(ServerDefinition definition, DateTimeOffset now)
    {
        _weight = definition.Weight;
        if (definition.Presence != _presence)
        {
            Enter(definition.Presence, now);
        }
    }

    /// <summary>Takes over a finding of the data plane; false where it changes nothing.</summary>
    public bool Report(BackendSignal signal, DateTimeOffset now)
    {
        if (signal.Kind != BackendSignalKind.PortOpen || _state != BackendState.Starting)
        {
            return false;
        }

        Enter(BackendState.Up, "its port accepts connections", now);
        return true;
    }

    private void Enter(ServerPresence presence, DateTimeOffset now)
    {
        _presence = presence;
        var (state, reason) = presence switch
        {
            ServerPresence.Running => (BackendState.Up, "running"),
            ServerPresence.Starting => (BackendState.Starting, "started, its port is not known to accept yet"),
            ServerPresence.Unhealthy => (BackendState.Unhealthy, "its own health check has not passed"),
            ServerPresence.Draining => (BackendState.Draining, "told to stop"),
            ServerPresence.Paused => (BackendState.Paused, "paused"),
            _ => throw new ArgumentOutOfRangeException(nameof(presence), presence, null),
        };
        if (state != _state || _reason.Length == 0)
        {
            Enter(state, reason, now);
        }
    }

    private void Enter(BackendState state, string reason, DateTimeOffset now)
    {
        _state = state;
        _reason = reason;
        _since = now;
    }
}
