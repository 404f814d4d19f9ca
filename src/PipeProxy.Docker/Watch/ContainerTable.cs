using PipeProxy.Docker.Engine;
using PipeProxy.Docker.Labels;

namespace PipeProxy.Docker.Watch;

/// <summary>What an event asks for.</summary>
internal enum EventEffect
{
    /// <summary>Nothing: it is stale, repeated, or about a container of no interest.</summary>
    None,

    /// <summary>Read the container anew.</summary>
    Inspect,

    /// <summary>Read the container anew, and publish without waiting for company.</summary>
    InspectUrgently,

    /// <summary>The table has changed: publish at once.</summary>
    Publish,
}

/// <summary>
/// The containers of interest and what is known of them. Events may be repeated, late and out of order: what tells of a
/// container's life is compared with its start time, both by the engine's clock, and whatever else an event says is read
/// from the engine and not from the event. Not thread-safe: the loop owns it.
/// </summary>
internal sealed class ContainerTable(DockerLog log, TimeProvider clock, TimeSpan forgetAfter)
{
    /// <summary>A container that runs on for so long after its stop signal does not mean to stop.</summary>
    public static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(120);

    private const int EarlyKillLimit = 1000;

    private readonly Dictionary<string, Row> _rows = [];
    private readonly Dictionary<string, EngineEvent> _earlyKills = [];

    /// <summary>All containers, those that are gone and not forgotten among them.</summary>
    public IEnumerable<ContainerFacts> Containers => _rows.Values.Select(static r => r.Facts);

    /// <summary>Containers that run.</summary>
    public int Running => _rows.Values.Count(static r => r.Facts.Phase != ContainerPhase.Gone);

    /// <summary>When something changes by the passing of time alone; null = never.</summary>
    public DateTimeOffset? NextDeadline => _rows.Values.Min(Deadline);

    /// <summary>Takes an event in. <paramref name="isOfInterest"/> decides on labels, for containers not known yet.</summary>
    public EventEffect Apply(EngineEvent happened, Func<IReadOnlyDictionary<string, string>, bool> isOfInterest)
    {
        var id = happened.ContainerId;
        if (id.Length == 0)
        {
            return EventEffect.None;
        }

        _rows.TryGetValue(id, out var row);
        var isLive = row is { Facts.Phase: not ContainerPhase.Gone };
        switch (happened.Type, happened.Action)
        {
            case ("container", "kill"):
                return isLive ? Drain(row!, happened) : RememberKill(id, happened);
            case ("container", "start"):
                return row is not null || isOfInterest(happened.Actor?.Attributes ?? []) ? EventEffect.Inspect : EventEffect.None;
            case ("container", "die" or "destroy"):
                // The end of an earlier life, told late.
                return isLive && happened.Time >= row!.Facts.StartedAt ? Gone(row) : EventEffect.None;
            case ("container", "pause" or "unpause"):
            case ("network", "disconnect"):
                return isLive ? EventEffect.InspectUrgently : EventEffect.None;
            case ("container", "stop" or "rename" or "update"):
            case ("network", "connect"):
                return isLive ? EventEffect.Inspect : EventEffect.None;
            default:
                return isLive && happened.Type == "container" && happened.Action.StartsWith("health_status", StringComparison.Ordinal) ? EventEffect.Inspect : EventEffect.None;
        }
    }

    /// <summary>The container must be read: it is new, or its row of the list is not the one it was read with.</summary>
    public bool IsStale(string id, string fingerprint) =>
        !_rows.TryGetValue(id, out var row) || row.Facts.Phase == ContainerPhase.Gone || row.Fingerprint != fingerprint;

    /// <summary>Takes in what the engine says of a container; null facts = it does not run. True when something changed.</summary>
    /// <param name="id">The container.</param>
    /// <param name="facts">What was read.</param>
    /// <param name="fingerprint">Of the row of the list that led here; null where an event did.</param>
    /// <param name="isStarting">It may have started just now, so that its port may not accept yet.</param>
    public bool Take(string id, ContainerFacts? facts, string? fingerprint, bool isStarting)
    {
        _rows.TryGetValue(id, out var row);
        if (facts is null)
        {
            return row is { Facts.Phase: not ContainerPhase.Gone } && Gone(row) == EventEffect.Publish;
        }

        if (row is not null && row.Facts.StartedAt == facts.StartedAt)
        {
            // The same life: what was learnt of it stays.
            facts = facts with
            {
                IsStarting = row.Facts.IsStarting,
                IsDraining = row.Facts.IsDraining,
                HasBeenHealthy = row.Facts.HasBeenHealthy || facts.HasBeenHealthy,
            };
        }
        else
        {
            facts = facts with { IsStarting = isStarting && facts.Health == ContainerHealth.None };
            if (row is not null)
            {
                row.DrainingSince = null;
            }
        }

        var changed = row is null || !AreEqual(row.Facts, facts);
        row ??= _rows[id] = new Row(facts);
        row.Facts = facts;
        row.Fingerprint = fingerprint;
        row.GoneSince = null;
        if (_earlyKills.Remove(id, out var kill))
        {
            changed |= Drain(row, kill) == EventEffect.Publish;
        }

        return changed;
    }

    /// <summary>Takes in which containers a complete list has: all others do not run. True when something changed.</summary>
    public bool TakeList(HashSet<string> listed, HashSet<string> touched)
    {
        var changed = false;
        foreach (var (id, row) in _rows.ToArray())
        {
            if (row.Facts.Phase != ContainerPhase.Gone && !listed.Contains(id) && !touched.Contains(id))
            {
                changed |= Gone(row) == EventEffect.Publish;
            }
        }

        _earlyKills.Clear();
        return changed;
    }

    /// <summary>Does what time has brought: drains that led to nothing end, what is long gone is forgotten. True when something changed.</summary>
    public bool Expire()
    {
        var now = clock.GetUtcNow();
        var changed = false;
        foreach (var (id, row) in _rows.ToArray())
        {
            if (Deadline(row) > now || Deadline(row) is null)
            {
                continue;
            }

            changed = true;
            if (row.GoneSince is not null)
            {
                _rows.Remove(id);
                continue;
            }

            row.DrainingSince = null;
            row.Facts = row.Facts with { IsDraining = false, IsStarting = false };
            log.Undrained(row.Facts.Source, DrainLimit);
        }

        return changed;
    }

    private DateTimeOffset? Deadline(Row row) => row.GoneSince is { } gone ? gone + forgetAfter : row.DrainingSince + DrainLimit;

    private EventEffect Drain(Row row, EngineEvent kill)
    {
        var signal = kill.Attribute("signal");
        if (kill.TimeNano <= row.LastKillNano || kill.Time < row.Facts.StartedAt || !StopSignal.Ends(signal, row.Facts.StopSignal))
        {
            return EventEffect.None;
        }

        row.LastKillNano = kill.TimeNano;
        row.DrainingSince = clock.GetUtcNow();
        if (row.Facts.IsDraining)
        {
            return EventEffect.None;
        }

        row.Facts = row.Facts with { IsDraining = true };
        log.Draining(row.Facts.Source, UntrustedText.Show(signal));
        return EventEffect.Publish;
    }

    // The first list, or the container's first inspect, is still on its way.
    private EventEffect RememberKill(string id, EngineEvent kill)
    {
        if (_earlyKills.Count < EarlyKillLimit)
        {
            _earlyKills[id] = kill;
        }

        return EventEffect.None;
    }

    private EventEffect Gone(Row row)
    {
        row.DrainingSince = null;
        row.GoneSince = clock.GetUtcNow();
        row.Facts = row.Facts with { Phase = ContainerPhase.Gone, IsDraining = false, IsStarting = false };
        return EventEffect.Publish;
    }

    private static bool AreEqual(ContainerFacts a, ContainerFacts b) =>
        a.Networks.SequenceEqual(b.Networks) && a.ExposedPorts.SequenceEqual(b.ExposedPorts)
        && a.Labels.Count == b.Labels.Count && a.Labels.All(l => b.Labels.TryGetValue(l.Key, out var value) && value == l.Value)
        && a with { Networks = default, ExposedPorts = default, Labels = b.Labels } == b with { Networks = default, ExposedPorts = default };

    private sealed class Row(ContainerFacts facts)
    {
        public ContainerFacts Facts { get; set; } = facts;

        public string? Fingerprint { get; set; }

        public DateTimeOffset? DrainingSince { get; set; }

        public DateTimeOffset? GoneSince { get; set; }

        public long LastKillNano { get; set; }
    }
}
