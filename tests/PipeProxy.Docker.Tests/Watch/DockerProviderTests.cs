using PipeProxy.Core.Configuration;

namespace PipeProxy.Docker.Tests.Watch;

public sealed class DockerProviderTests : ProviderHarness
{
    [Fact]
    public async Task Start_EventsFirstThenListThenInspects_OneWholeConfiguration()
    {
        Engine.Add("web1");
        Engine.Add("web2", c => c.Address = "172.18.0.4");
        Engine.Add("hidden", c => c.Labels.Clear());
        Start();

        var first = await Until(_ => true);

        Assert.Equal(["http://172.18.0.3:3000", "http://172.18.0.4:3000"], Servers(first).Select(s => s.Url).Order());
        Assert.All(Servers(first), s => Assert.Equal(ServerPresence.Running, s.Presence));
        var requests = Engine.Requests.ToArray();
        Assert.StartsWith("GET /events?", requests[0], StringComparison.Ordinal);
        Assert.Contains("since=" + (Clock.GetUtcNow().ToUnixTimeSeconds() - 10), requests[0], StringComparison.Ordinal);
        Assert.StartsWith("GET /containers/json", requests[1], StringComparison.Ordinal);
        Assert.Equal(4, requests.Length); // One inspect a container of interest.
        Assert.True(Provider!.IsConnected);
        Assert.Null(Provider.LastError);
    }

    [Fact]
    public async Task Start_NoContainers_PublishesThatThereAreNone()
    {
        Start();

        Assert.Empty((await Until(_ => true)).Routers);
    }

    [Fact]
    public async Task Kill_StopSignal_DrainsAtOnceWithoutAskingTheEngine()
    {
        var web = Engine.Add("web", c => c.StopSignal = "SIGQUIT");
        Start();
        await Until(_ => true);
        var before = Engine.Requests.Count;

        Engine.Emit(web, "kill", Clock.GetUtcNow(), ("signal", "1"));
        Engine.Emit(web, "kill", Clock.GetUtcNow(), ("signal", "15"));
        Engine.Emit(web, "kill", Clock.GetUtcNow(), ("signal", "3"));

        Assert.True(Has(await Until(_ => true), ServerPresence.Draining));
        Assert.Equal(before, Engine.Requests.Count);
    }

    [Fact]
    public async Task Kill_InspectOfAnotherHangs_DrainsNoLater()
    {
        var web = Engine.Add("web");
        var slow = Engine.Add("slow", c => c.Address = "172.18.0.9");
        Start();
        await Until(_ => true);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource();
        Engine.Before = request =>
        {
            asked.TrySetResult();
            return request.Contains(slow.Id, StringComparison.Ordinal) ? release.Task : Task.CompletedTask;
        };
        Engine.Emit(slow, "rename", Clock.GetUtcNow());
        await asked.Task.WaitAsync(Patience);

        Engine.Emit(web, "kill", Clock.GetUtcNow(), ("signal", "15"));

        Assert.Contains(Servers(await Until(_ => true)), s => s.Presence == ServerPresence.Draining);
        release.SetResult();
    }

    [Fact]
    public async Task Die_RemovesAtOnceWithoutAskingTheEngine()
    {
        var web = Engine.Add("web");
        Start();
        await Until(_ => true);
        var before = Engine.Requests.Count;

        web.IsRunning = false;
        Engine.Emit(web, "die", Clock.GetUtcNow());

        Assert.Empty(Servers(await Until(_ => true)));
        Assert.Equal(before, Engine.Requests.Count);
    }

    [Fact]
    public async Task Gone_ItsNameIsFreeForOthersAfterItsTime()
    {
        var mine = Engine.Add("mine", c => c.Labels["traefik.http.routers.r.rule"] = "Host(`mine`)");
        Engine.Add("other", c => (c.Labels["traefik.http.routers.r.rule"], c.Address) = ("Host(`other`)", "172.18.0.9"));
        Start();
        Assert.Equal("Host(`mine`)", Assert.Single((await Until(_ => true)).Routers).Rule);

        mine.IsRunning = false;
        Engine.Emit(mine, "die", Clock.GetUtcNow());
        Assert.Empty((await Until(_ => true)).Routers);
        await Clock.AdvanceWhenAwaitedAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60)).WaitAsync(Patience); // forgetafter

        Assert.Equal("Host(`other`)", Assert.Single((await Until(_ => true)).Routers).Rule);
    }

    [Fact]
    public async Task Restart_NewInstanceOfTheSameIdentity_Starting()
    {
        var web = Engine.Add("web");
        Start();
        var before = Servers(await Until(_ => true))[0];

        Engine.Emit(web, "kill", Clock.GetUtcNow(), ("signal", "15"));
        web.IsRunning = false;
        Engine.Emit(web, "die", Clock.GetUtcNow());
        await Until(c => Servers(c).IsEmpty);
        web.IsRunning = true;
        web.StartedAt = Clock.GetUtcNow().AddSeconds(1);
        Engine.Emit(web, "start", Clock.GetUtcNow().AddSeconds(1));
        await CoalesceAsync();

        var after = Servers(await Until(c => !Servers(c).IsEmpty))[0];
        Assert.Equal(ServerPresence.Starting, after.Presence);
        Assert.Equal(before.Identity, after.Identity);
        Assert.NotEqual(before.Instance, after.Instance);
    }

    [Fact]
    public async Task Events_ReorderedAndRepeated_TheEngineHasTheLastWord()
    {
        var web = Engine.Add("web");
        Start();
        await Until(_ => true);
        var died = Clock.GetUtcNow();
        web.StartedAt = died.AddSeconds(1);

        Engine.Emit(web, "start", died.AddSeconds(1));
        await CoalesceAsync();
        Assert.True(Has(await Until(_ => true), ServerPresence.Starting));
        Engine.Emit(web, "die", died);
        Engine.Emit(web, "kill", died, ("signal", "15"));
        Engine.Emit(web, "start", died.AddSeconds(1));
        Engine.Emit(web, "kill", died.AddSeconds(2), ("signal", "15"));

        Assert.True(Has(await Until(_ => true), ServerPresence.Draining)); // Neither gone nor drained by what was before its start.
    }

    [Fact]
    public async Task Pause_AndDisconnect_ArePublishedAtOnce()
    {
        var web = Engine.Add("web");
        Start();
        await Until(_ => true);

        web.IsPaused = true;
        Engine.Emit(web, "pause", Clock.GetUtcNow());
        Assert.True(Has(await Until(_ => true), ServerPresence.Paused));
        web.IsPaused = false;
        Engine.Emit(web, "unpause", Clock.GetUtcNow());
        Assert.True(Has(await Until(_ => true), ServerPresence.Running));

        (var address, web.Address) = (web.Address, null);
        Engine.EmitNetwork(web, "disconnect", Clock.GetUtcNow());
        var cut = await Until(_ => true);
        Assert.Empty(Servers(cut));
        Assert.Contains("unreachable", Assert.Single(cut.Problems).Reason, StringComparison.Ordinal);
        web.Address = address;
        Engine.EmitNetwork(web, "connect", Clock.GetUtcNow());
        await CoalesceAsync();
        Assert.True(Has(await Until(_ => true), ServerPresence.Running));
    }

    [Fact]
    public async Task Healthcheck_DecidesWhenItIsServed()
    {
        var web = Engine.Add("web", c => c.Health = "starting");
        Start();
        Assert.True(Has(await Until(_ => true), ServerPresence.Unhealthy));

        web.Health = "healthy";
        Engine.Emit(web, "health_status: healthy", Clock.GetUtcNow());
        await CoalesceAsync();
        Assert.True(Has(await Until(_ => true), ServerPresence.Running));

        web.Health = "unhealthy";
        Engine.Emit(web, "health_status: unhealthy", Clock.GetUtcNow());
        await CoalesceAsync();
        Assert.True(Has(await Until(_ => true), ServerPresence.Unhealthy));
    }

    [Fact]
    public async Task Burst_OfStarts_IsOneInspectEach()
    {
        Start();
        await Until(_ => true);
        var before = Engine.Count("/json");
        for (var i = 0; i < 20; i++)
        {
            var web = Engine.Add("web" + i, c => c.Address = $"172.18.1.{i + 1}");
            Engine.Emit(web, "start", Clock.GetUtcNow());
        }

        Engine.Emit(Engine.Add("boring", c => c.Labels.Clear()), "start", Clock.GetUtcNow());
        ProviderConfiguration last;
        var configurations = 0;
        do
        {
            await CoalesceAsync();
            last = await Until(_ => true);
            configurations++;
        }
        while (Servers(last).Length < 20);

        Assert.Equal(before + 20, Engine.Count("/json"));
        Assert.True(configurations < 20, $"{configurations} configurations of 20 starts");
    }

    [Fact]
    public async Task DroppedEvents_TheRelistFindsWhatTheyWouldHaveTold()
    {
        var web = Engine.Add("web");
        var stays = Engine.Add("stays", c => c.Address = "172.18.0.8");
        Start();
        await Until(_ => true);
        web.StartedAt = web.StartedAt.AddMinutes(1); // Restarted, and no event said so.
        web.EndpointId = "endpoint-2";
        var inspects = Engine.Count(stays.Id);

        await RelistAsync();
        await CoalesceAsync();

        var healed = await Until(_ => true);
        Assert.Contains(Servers(healed), s => s.DisplayName == "web" && s.Presence == ServerPresence.Starting);
        Assert.Equal(inspects, Engine.Count(stays.Id)); // What has not changed is not read again.

        web.IsRunning = false;
        await RelistAsync();
        await CoalesceAsync();
        Assert.Equal("stays", Assert.Single(Servers(await Until(_ => true))).DisplayName);
    }
}
