using PipeProxy.Core.Configuration;
using PipeProxy.Docker.Engine;
using PipeProxy.Docker.Labels;
using PipeProxy.Docker.Tests.Labels;
using PipeProxy.Docker.Watch;

namespace PipeProxy.Docker.Tests.Watch;

public class ContainerTableTests
{
    private readonly ManualClock _clock = new();
    private readonly List<string> _log = [];
    private readonly ContainerTable _table;
    private readonly ContainerFacts _facts;

    public ContainerTableTests()
    {
        _table = new ContainerTable(new DockerLog((_, line) => _log.Add(line)), _clock, TimeSpan.FromSeconds(60));
        _facts = LabelTestKit.Container("web") with { StartedAt = _clock.GetUtcNow() - TimeSpan.FromHours(1) };
    }

    private ContainerFacts Only => Assert.Single(_table.Containers);

    private EventEffect Happen(string action, double secondsFromNow = 0, string signal = "", string type = "container") => _table.Apply(
        new EngineEvent
        {
            Type = type,
            Action = action,
            Actor = new EventActor { Id = type == "network" ? "net" : _facts.Id, Attributes = new() { ["signal"] = signal, ["container"] = _facts.Id } },
            TimeNano = (_clock.GetUtcNow().AddSeconds(secondsFromNow) - DateTimeOffset.UnixEpoch).Ticks * 100,
        },
        static labels => !labels.ContainsKey("boring"));

    [Theory]
    [InlineData("15", true)]
    [InlineData("9", true)]
    [InlineData("SIGTERM", true)]
    [InlineData("1", false)]
    [InlineData("USR1", false)]
    [InlineData("", false)]
    public void Apply_Kill_DrainsByTheStopSignalAlone(string signal, bool drains)
    {
        _table.Take(_facts.Id, _facts, null, false);

        Assert.Equal(drains ? EventEffect.Publish : EventEffect.None, Happen("kill", signal: signal));
        Assert.Equal(drains ? ServerPresence.Draining : ServerPresence.Running, Only.Presence);
    }

    [Fact]
    public void Apply_KillOfAnEarlierLife_ChangesNothing()
    {
        _table.Take(_facts.Id, _facts, null, false);

        Assert.Equal(EventEffect.None, Happen("kill", -2 * 3600, "15"));
        Assert.Equal(EventEffect.None, Happen("die", -2 * 3600));
        Assert.Equal(ServerPresence.Running, Only.Presence);
    }

    [Fact]
    public void Apply_KillBeforeTheContainerIsKnown_CountsWhenItIs()
    {
        Assert.Equal(EventEffect.None, Happen("kill", signal: "15"));

        Assert.True(_table.Take(_facts.Id, _facts, null, false));
        Assert.Equal(ServerPresence.Draining, Only.Presence);
    }

    [Fact]
    public void Expire_DrainedContainerRunsOnFor120Seconds_IsServedAgainAndToldOnce()
    {
        _table.Take(_facts.Id, _facts, null, false);
        Happen("kill", signal: "15");
        _log.Clear();

        _clock.Advance(TimeSpan.FromSeconds(119.9));
        Assert.False(_table.Expire());
        Assert.Equal(ServerPresence.Draining, Only.Presence);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(_clock.GetUtcNow(), _table.NextDeadline);
        Assert.True(_table.Expire());

        Assert.Equal(ServerPresence.Running, Only.Presence);
        Assert.Contains("120 s", Assert.Single(_log), StringComparison.Ordinal);
        Assert.False(_table.Expire());
    }

    [Fact]
    public void Apply_RepeatedKillAfterTheDrainEnded_DoesNotDrainAgain()
    {
        _table.Take(_facts.Id, _facts, null, false);
        Happen("kill", signal: "15");
        _clock.Advance(TimeSpan.FromSeconds(120));
        _table.Expire();

        Assert.Equal(EventEffect.None, Happen("kill", -120, "15"));
        Assert.Equal(EventEffect.Publish, Happen("kill", signal: "15"));
    }

    [Fact]
    public void Take_SameLifeWhileDraining_StaysDraining()
    {
        _table.Take(_facts.Id, _facts, null, false);
        Happen("kill", signal: "15");

        Assert.False(_table.Take(_facts.Id, _facts, null, true));
        Assert.Equal(ServerPresence.Draining, Only.Presence);
    }

    [Fact]
    public void Take_NewLife_StartsAndIsNotDraining()
    {
        _table.Take(_facts.Id, _facts, null, false);
        Happen("kill", signal: "15");
        Happen("die");
        var restarted = _facts with { StartedAt = _clock.GetUtcNow() };

        Assert.True(_table.Take(_facts.Id, restarted, null, true));
        Assert.Equal(ServerPresence.Starting, Only.Presence);
        Assert.Null(_table.NextDeadline);
        Assert.Equal(EventEffect.None, Happen("die", -1)); // Late news of the earlier life.
        Assert.Equal(ServerPresence.Starting, Only.Presence);
    }

    [Fact]
    public void Take_StartWithHealthcheck_WaitsForItAndNotForThePort()
    {
        _table.Take(_facts.Id, _facts with { Health = ContainerHealth.Starting }, null, true);
        Assert.Equal(ServerPresence.Unhealthy, Only.Presence);

        Assert.Equal(EventEffect.Inspect, Happen("health_status: healthy"));
        _table.Take(_facts.Id, _facts with { Health = ContainerHealth.Healthy, HasBeenHealthy = true }, null, false);
        Assert.Equal(ServerPresence.Running, Only.Presence);

        _table.Take(_facts.Id, _facts with { Health = ContainerHealth.Unhealthy }, null, false);
        Assert.Equal(ServerPresence.Unhealthy, Only.Presence);
        Assert.True(Only.HasBeenUp);
    }

    [Fact]
    public void Expire_GoneContainer_IsForgottenAfterItsTime()
    {
        _table.Take(_facts.Id, _facts, null, false);
        Assert.Equal(EventEffect.Publish, Happen("die"));
        Assert.Equal(0, _table.Running);
        Assert.Equal(ContainerPhase.Gone, Only.Phase);

        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.True(_table.Expire());
        Assert.Empty(_table.Containers);
    }

    [Theory]
    [InlineData("container", "pause", EventEffect.InspectUrgently)]
    [InlineData("container", "unpause", EventEffect.InspectUrgently)]
    [InlineData("network", "disconnect", EventEffect.InspectUrgently)]
    [InlineData("network", "connect", EventEffect.Inspect)]
    [InlineData("container", "rename", EventEffect.Inspect)]
    [InlineData("container", "update", EventEffect.Inspect)]
    [InlineData("container", "start", EventEffect.Inspect)]
    [InlineData("container", "exec_start: x", EventEffect.None)]
    [InlineData("image", "start", EventEffect.None)]
    public void Apply_OtherEvents_ReadTheContainer(string type, string action, object expected)
    {
        _table.Take(_facts.Id, _facts, null, false);

        Assert.Equal((EventEffect)expected, Happen(action, type: type));
    }

    [Fact]
    public void Apply_UnknownContainer_OnlyAStartOfInterestIsRead()
    {
        Assert.Equal(EventEffect.None, Happen("pause"));
        Assert.Equal(EventEffect.None, Happen("connect", type: "network"));
        Assert.Equal(EventEffect.None, Happen("die"));
        Assert.Equal(EventEffect.Inspect, Happen("start"));
        Assert.Equal(EventEffect.None, _table.Apply(
            new EngineEvent { Type = "container", Action = "start", Actor = new EventActor { Id = "x", Attributes = new() { ["boring"] = "1" } } }, static l => !l.ContainsKey("boring")));
        Assert.Equal(EventEffect.None, _table.Apply(new EngineEvent { Type = "container", Action = "start" }, static _ => true));
    }

    [Fact]
    public void TakeList_MissingContainer_IsGoneUnlessTouchedMeanwhile()
    {
        _table.Take(_facts.Id, _facts, "print", false);
        Assert.False(_table.IsStale(_facts.Id, "print"));
        Assert.True(_table.IsStale(_facts.Id, "other"));

        Assert.False(_table.TakeList([], [_facts.Id]));
        Assert.True(_table.TakeList([], []));
        Assert.True(_table.IsStale(_facts.Id, "print"));
        Assert.Equal(ContainerPhase.Gone, Only.Phase);
    }

    [Fact]
    public void Backoff_Grows_From100MillisecondsTo5Seconds()
    {
        var backoff = new Backoff(new Random(1));
        var pauses = Enumerable.Range(0, 12).Select(_ => backoff.Next().TotalMilliseconds).ToList();

        Assert.InRange(pauses[0], 50, 100);
        Assert.InRange(pauses[3], 400, 800);
        Assert.All(pauses.Skip(6), p => Assert.InRange(p, 2500, 5000));
        backoff.Reset();
        Assert.InRange(backoff.Next().TotalMilliseconds, 50, 100);
    }
}
