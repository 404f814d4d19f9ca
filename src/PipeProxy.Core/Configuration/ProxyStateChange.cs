using System.Collections.Immutable;
using PipeProxy.Core.Balancing;

namespace PipeProxy.Core.Configuration;

/// <summary>What happened to one instance between two snapshots.</summary>
/// <param name="Service">Its service.</param>
/// <param name="Backend">The instance.</param>
/// <param name="Before">Its state before; null = it was not there.</param>
/// <param name="After">Its state now; null = it is no longer there.</param>
public readonly record struct BackendChange(Service Service, Backend Backend, BackendState? Before, BackendState? After);

/// <summary>The difference between two snapshots that follow one another, as far as instances are concerned.</summary>
public sealed class ProxyStateChange
{
    internal ProxyStateChange(ImmutableArray<BackendChange> backends) => Backends = backends;

    /// <summary>Every instance that came, went or changed its state.</summary>
    public ImmutableArray<BackendChange> Backends { get; }

    /// <summary>Came, in whatever state.</summary>
    public IEnumerable<BackendChange> Added => Backends.Where(c => c.Before is null);

    /// <summary>Went: what hangs on it can be released.</summary>
    public IEnumerable<BackendChange> Removed => Backends.Where(c => c.After is null);

    /// <summary>Came into <see cref="BackendState.Starting"/>: somebody has to find out when its port accepts.</summary>
    public IEnumerable<BackendChange> Starting => Entered(BackendState.Starting);

    /// <summary>Came into <see cref="BackendState.Draining"/>: idle connections are closed, what is under way finishes.</summary>
    public IEnumerable<BackendChange> Draining => Entered(BackendState.Draining);

    /// <summary>Left <see cref="BackendState.Draining"/> and is still there.</summary>
    public IEnumerable<BackendChange> Undrained => Left(BackendState.Draining);

    /// <summary>Came into <see cref="BackendState.Paused"/>: what waits on it is aborted.</summary>
    public IEnumerable<BackendChange> Paused => Entered(BackendState.Paused);

    /// <summary>Left <see cref="BackendState.Paused"/> and is still there.</summary>
    public IEnumerable<BackendChange> Unpaused => Left(BackendState.Paused);

    private IEnumerable<BackendChange> Entered(BackendState state) => Backends.Where(c => c.After == state && c.Before != state);

    private IEnumerable<BackendChange> Left(BackendState state) => Backends.Where(c => c.Before == state && c.After is not null && c.After != state);

    /// <summary>Compares all services of two snapshots; those whose state is the same object are passed over.</summary>
    internal static ProxyStateChange Between(ProxyState before, ProxyState after)
    {
        var changes = ImmutableArray.CreateBuilder<BackendChange>();
        foreach (var old in before.ServiceStates)
        {
            if (after.StateOf(old.Service) is not { } current)
            {
                changes.AddRange(old.Set.Entries.Select(e => new BackendChange(old.Service, e.Backend, e.State, null)));
            }
            else if (!ReferenceEquals(old.Set, current.Set))
            {
                changes.AddRange(Between(old.Service, old.Set, current.Set));
            }
        }

        foreach (var added in after.ServiceStates.Where(s => before.StateOf(s.Service) is null))
        {
            changes.AddRange(added.Set.Entries.Select(e => new BackendChange(added.Service, e.Backend, null, e.State)));
        }

        return new ProxyStateChange(changes.ToImmutable());
    }

    private static IEnumerable<BackendChange> Between(Service service, BackendSet before, BackendSet after)
    {
        foreach (var old in before.Entries)
        {
            if (!after.TryGetState(old.Backend, out var state))
            {
                yield return new BackendChange(service, old.Backend, old.State, null);
            }
            else if (state != old.State)
            {
                yield return new BackendChange(service, old.Backend, old.State, state);
            }
        }

        foreach (var entry in after.Entries)
        {
            if (!before.TryGetState(entry.Backend, out _))
            {
                yield return new BackendChange(service, entry.Backend, null, entry.State);
            }
        }
    }
}
