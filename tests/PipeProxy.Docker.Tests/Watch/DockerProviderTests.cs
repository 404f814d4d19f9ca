using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using PipeProxy.Core.Configuration;
using PipeProxy.Docker.Engine;

namespace PipeProxy.Docker.Tests.Watch;

#pragma warning disable CA1001 // Disposed by xunit, through IAsyncLifetime.
public sealed class DockerProviderTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly FakeEngine _engine = new();
    private readonly ManualClock _clock = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Channel<ProviderConfiguration> _published = Channel.CreateUnbounded<ProviderConfiguration>();
    private DockerProvider? _provider;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_provider is not null)
        {
            await _provider.DisposeAsync();
        }

        await _engine.DisposeAsync();
        Assert.DoesNotContain(_log, l => l.Contains("SECRET", StringComparison.Ordinal));
    }

    private static Task<Surroundings> LookAround(CancellationToken cancellation) =>
        Task.FromResult(new Surroundings([IPNetwork.Parse("172.18.0.0/16")], IPAddress.Loopback));

    private void Start(DockerOptions? options = null)
    {
        _provider = new DockerProvider(
            (options ?? new DockerOptions()) with { Endpoint = _engine.Endpoint, ExposedByDefault = false },
            c => _published.Writer.TryWrite(c),
            new DockerLog((_, line) =>
            {
                _log.Enqueue(line);
                _lines.Writer.TryWrite(line);
            }),
            _clock, LookAround, new Random(1));
        _provider.Start();
    }

    // The next configuration that has what is awaited. Configurations are whole, so that those between need not be looked at.
    private async Task<ProviderConfiguration> Until(Func<ProviderConfiguration, bool> wanted)
    {
        using var patience = new CancellationTokenSource(_patience);
        while (true)
        {
            var next = await _published.Reader.ReadAsync(patience.Token);
            if (wanted(next))
            {
                return next;
            }
        }
    }

    private async Task Logged(string part)
    {
        using var patience = new CancellationTokenSource(_patience);
        while (!(await _lines.Reader.ReadAsync(patience.Token)).Contains(part, StringComparison.Ordinal))
        {
        }
    }

    private static ImmutableArray<ServerDefinition> Servers(ProviderConfiguration configuration) => [.. configuration.Services.SelectMany(s => s.Servers)];

    private static bool Has(ProviderConfiguration configuration, ServerPresence presence) => Servers(configuration) is [var only] && only.Presence == presence;

    /// <summary>Lets the relist come: the loop waits for it, and nothing else is due between.</summary>
    private async Task RelistAsync()
    {
        await _clock.AdvanceWhenAwaitedAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60)).WaitAsync(_patience);
    }

    /// <summary>Lets changes that wait for company be published.</summary>
    private async Task CoalesceAsync()
    {
        try
        {
            await _clock.AdvanceWhenAwaitedAsync(TimeSpan.Zero, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20)).WaitAsync(_patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Nothing waits to be published.\n{string.Join('\n', _log)}\n{string.Join('\n', _engine.Requests)}");
        }
    }

    [Fact]
    public async Task Start_EventsFirstThenListThenInspects_OneWholeConfiguration()
    {
        _engine.Add("web1");
        _engine.Add("web2", c => c.Address = "172.18.0.4");
        _engine.Add("hidden", c => c.Labels.Clear());
        Start();

        var first = await Until(_ => true);

        Assert.Equal(["http://172.18.0.3:3000", "http://172.18.0.4:3000"], Servers(first).Select(s => s.Url).Order());
        Assert.All(Servers(first), s => Assert.Equal(ServerPresence.Running, s.Presence));
        var requests = _engine.Requests.ToArray();
        Assert.StartsWith("GET /events?", requests[0], StringComparison.Ordinal);
        Assert.Contains("since=" + (_clock.GetUtcNow().ToUnixTimeSeconds() - 10), requests[0], StringComparison.Ordinal);
        Assert.StartsWith("GET /containers/json", requests[1], StringComparison.Ordinal);
        Assert.Equal(4, requests.Length); // One inspect a container of interest.
        Assert.True(_provider!.IsConnected);
        Assert.Null(_provider.LastError);
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
        var web = _engine.Add("web", c => c.StopSignal = "SIGQUIT");
        Start();
        await Until(_ => true);
        var before = _engine.Requests.Count;

        _engine.Emit(web, "kill", _clock.GetUtcNow(), ("signal", "1"));
        _engine.Emit(web, "kill", _clock.GetUtcNow(), ("signal", "15"));
        _engine.Emit(web, "kill", _clock.GetUtcNow(), ("signal", "3"));

        Assert.True(Has(await Until(_ => true), ServerPresence.Draining));
        Assert.Equal(before, _engine.Requests.Count);
    }

    [Fact]
    public async Task Kill_InspectOfAnotherHangs_DrainsNoLater()
    {
        var web = _engine.Add("web");
        var slow = _engine.Add("slow", c => c.Address = "172.18.0.9");
        Start();
        await Until(_ => true);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource();
        _engine.Before = request =>
        {
            asked.TrySetResult();
            return request.Contains(slow.Id, StringComparison.Ordinal) ? release.Task : Task.CompletedTask;
        };
        _engine.Emit(slow, "rename", _clock.GetUtcNow());
        await asked.Task.WaitAsync(_patience);

        _engine.Emit(web, "kill", _clock.GetUtcNow(), ("signal", "15"));

        Assert.Contains(Servers(await Until(_ => true)), s => s.Presence == ServerPresence.Draining);
        release.SetResult();
    }

    [Fact]
    public async Task Die_RemovesAtOnceWithoutAskingTheEngine()
    {
        var web = _engine.Add("web");
        Start();
        await Until(_ => true);
        var before = _engine.Requests.Count;

        web.IsRunning = false;
        _engine.Emit(web, "die", _clock.GetUtcNow());

        Assert.Empty(Servers(await Until(_ => true)));
        Assert.Equal(before, _engine.Requests.Count);
    }

    [Fact]
    public async Task Gone_ItsNameIsFreeForOthersAfterItsTime()
    {
        var mine = _engine.Add("mine", c => c.Labels["traefik.http.routers.r.rule"] = "Host(`mine`)");
        _engine.Add("other", c => (c.Labels["traefik.http.routers.r.rule"], c.Address) = ("Host(`other`)", "172.18.0.9"));
        Start();
        Assert.Equal("Host(`mine`)", Assert.Single((await Until(_ => true)).Routers).Rule);

        mine.IsRunning = false;
        _engine.Emit(mine, "die", _clock.GetUtcNow());
        Assert.Empty((await Until(_ => true)).Routers);
        await _clock.AdvanceWhenAwaitedAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60)).WaitAsync(_patience); // forgetafter

        Assert.Equal("Host(`other`)", Assert.Single((await Until(_ => true)).Routers).Rule);
    }

    [Fact]
    public async Task Restart_NewInstanceOfTheSameIdentity_Starting()
    {
        var web = _engine.Add("web");
        Start();
        var before = Servers(await Until(_ => true))[0];

        _engine.Emit(web, "kill", _clock.GetUtcNow(), ("signal", "15"));
        web.IsRunning = false;
        _engine.Emit(web, "die", _clock.GetUtcNow());
        await Until(c => Servers(c).IsEmpty);
        web.IsRunning = true;
        web.StartedAt = _clock.GetUtcNow().AddSeconds(1);
        _engine.Emit(web, "start", _clock.GetUtcNow().AddSeconds(1));
        await CoalesceAsync();

        var after = Servers(await Until(c => !Servers(c).IsEmpty))[0];
        Assert.Equal(ServerPresence.Starting, after.Presence);
        Assert.Equal(before.Identity, after.Identity);
        Assert.NotEqual(before.Instance, after.Instance);
    }

    [Fact]
    public async Task Events_ReorderedAndRepeated_TheEngineHasTheLastWord()
    {
        var web = _engine.Add("web");
        Start();
        await Until(_ => true);
        var died = _clock.GetUtcNow();
        web.StartedAt = died.AddSeconds(1);

        _engine.Emit(web, "start", died.AddSeconds(1));
        await CoalesceAsync();
        Assert.True(Has(await Until(_ => true), ServerPresence.Starting));
        _engine.Emit(web, "die", died);
        _engine.Emit(web, "kill", died, ("signal", "15"));
        _engine.Emit(web, "start", died.AddSeconds(1));
        _engine.Emit(web, "kill", died.AddSeconds(2), ("signal", "15"));

        Assert.True(Has(await Until(_ => true), ServerPresence.Draining)); // Neither gone nor drained by what was before its start.
    }

    [Fact]
    public async Task Pause_AndDisconnect_ArePublishedAtOnce()
    {
        var web = _engine.Add("web");
        Start();
        await Until(_ => true);

        web.IsPaused = true;
        _engine.Emit(web, "pause", _clock.GetUtcNow());
        Assert.True(Has(await Until(_ => true), ServerPresence.Paused));
        web.IsPaused = false;
        _engine.Emit(web, "unpause", _clock.GetUtcNow());
        Assert.True(Has(await Until(_ => true), ServerPresence.Running));

        (var address, web.Address) = (web.Address, null);
        _engine.EmitNetwork(web, "disconnect", _clock.GetUtcNow());
        var cut = await Until(_ => true);
        Assert.Empty(Servers(cut));
        Assert.Contains("unreachable", Assert.Single(cut.Problems).Reason, StringComparison.Ordinal);
        web.Address = address;
        _engine.EmitNetwork(web, "connect", _clock.GetUtcNow());
        await CoalesceAsync();
        Assert.True(Has(await Until(_ => true), ServerPresence.Running));
    }

    [Fact]
    public async Task Healthcheck_DecidesWhenItIsServed()
    {
        var web = _engine.Add("web", c => c.Health = "starting");
        Start();
        Assert.True(Has(await Until(_ => true), ServerPresence.Unhealthy));

        web.Health = "healthy";
        _engine.Emit(web, "health_status: healthy", _clock.GetUtcNow());
        await CoalesceAsync();
        Assert.True(Has(await Until(_ => true), ServerPresence.Running));

        web.Health = "unhealthy";
        _engine.Emit(web, "health_status: unhealthy", _clock.GetUtcNow());
        await CoalesceAsync();
        Assert.True(Has(await Until(_ => true), ServerPresence.Unhealthy));
    }

    [Fact]
    public async Task Burst_OfStarts_IsOneInspectEach()
    {
        Start();
        await Until(_ => true);
        var before = _engine.Count("/json");
        for (var i = 0; i < 20; i++)
        {
            var web = _engine.Add("web" + i, c => c.Address = $"172.18.1.{i + 1}");
            _engine.Emit(web, "start", _clock.GetUtcNow());
        }

        _engine.Emit(_engine.Add("boring", c => c.Labels.Clear()), "start", _clock.GetUtcNow());
        ProviderConfiguration last;
        var configurations = 0;
        do
        {
            await CoalesceAsync();
            last = await Until(_ => true);
            configurations++;
        }
        while (Servers(last).Length < 20);

        Assert.Equal(before + 20, _engine.Count("/json"));
        Assert.True(configurations < 20, $"{configurations} configurations of 20 starts");
    }

    [Fact]
    public async Task DroppedEvents_TheRelistFindsWhatTheyWouldHaveTold()
    {
        var web = _engine.Add("web");
        var stays = _engine.Add("stays", c => c.Address = "172.18.0.8");
        Start();
        await Until(_ => true);
        web.StartedAt = web.StartedAt.AddMinutes(1); // Restarted, and no event said so.
        web.EndpointId = "endpoint-2";
        var inspects = _engine.Count(stays.Id);

        await RelistAsync();
        await CoalesceAsync();

        var healed = await Until(_ => true);
        Assert.Contains(Servers(healed), s => s.DisplayName == "web" && s.Presence == ServerPresence.Starting);
        Assert.Equal(inspects, _engine.Count(stays.Id)); // What has not changed is not read again.

        web.IsRunning = false;
        await RelistAsync();
        await CoalesceAsync();
        Assert.Equal("stays", Assert.Single(Servers(await Until(_ => true))).DisplayName);
    }

    [Fact]
    public async Task StreamClosed_ReconnectsAndListsAnew()
    {
        _engine.Add("web");
        Start();
        await Until(_ => true);

        _engine.CloseStreams();
        await Logged("stays in force");
        Assert.False(_provider!.IsConnected);
        Assert.Contains("docker.sock", _provider.LastError, StringComparison.Ordinal);
        _engine.Add("late", c => c.Address = "172.18.0.5");
        await _clock.AdvanceWhenAwaitedAsync(TimeSpan.Zero, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100)).WaitAsync(_patience);

        var again = await Until(c => Servers(c).Length == 2);
        Assert.Equal(ServerPresence.Starting, Servers(again).Single(s => s.DisplayName == "late").Presence);
        Assert.Equal(ServerPresence.Running, Servers(again).Single(s => s.DisplayName == "web").Presence);
        Assert.Equal(2, _engine.Count("GET /events"));
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("{\"Type\":\"container\",\"Action\":")]
    [InlineData("[1,2]")]
    [InlineData("{\"Type\":7}")]
    public async Task Nonsense_OnTheStream_ReconnectsAndIsNotRepeatedInTheLog(string line)
    {
        _engine.Add("web");
        Start();
        await Until(_ => true);

        _engine.Send(line);
        await Logged("not an event");

        Assert.DoesNotContain(_log, l => l.Contains(line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n[{\"Id\":\"half")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nnot json!")]
    [InlineData("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("SSH-2.0-OpenSSH\r\n")]
    [InlineData("")]
    public async Task List_BadAnswer_IsTriedAgainAndNeverPublished(string raw)
    {
        _engine.Add("web");
        _engine.Instead = request => request.StartsWith("GET /containers/json", StringComparison.Ordinal) ? raw : null;
        Start();
        await Logged("stays in force");
        Assert.False(_published.Reader.TryRead(out _));
        Assert.NotNull(_provider!.LastError);

        _engine.Instead = static _ => null;
        await _clock.AdvanceWhenAwaitedAsync(TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)).WaitAsync(_patience);

        Assert.Single(Servers(await Until(_ => true)));
    }

    [Fact]
    public async Task Inspect_HalfAnAnswer_CostsOneContainerForTwoSeconds()
    {
        var bad = _engine.Add("bad");
        _engine.Add("good", c => c.Address = "172.18.0.4");
        _engine.Instead = request => request.Contains(bad.Id, StringComparison.Ordinal) ? "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"Id\":" : null;
        Start();
        Assert.Equal("good", Assert.Single(Servers(await Until(_ => true))).DisplayName);

        _engine.Instead = static _ => null;
        await _clock.AdvanceWhenAwaitedAsync(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)).WaitAsync(_patience);
        await CoalesceAsync();
        Assert.Equal(2, Servers(await Until(_ => true)).Length);
    }

    [Fact]
    public async Task Refused_For30Seconds_TheLogNamesTheFileMountOnce()
    {
        _engine.Stop();
        Start();
        for (var waited = TimeSpan.Zero; waited < TimeSpan.FromSeconds(60); waited += TimeSpan.FromSeconds(5))
        {
            await _clock.AdvanceWhenAwaitedAsync(TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)).WaitAsync(_patience);
            var isTold = _log.Any(l => l.Contains("mount its folder", StringComparison.Ordinal));
            // The attempt after the pause is under way: what it logs may be there already.
            Assert.True(waited == TimeSpan.FromSeconds(25) || isTold == waited >= TimeSpan.FromSeconds(30), $"{waited}: {isTold}");
        }

        Assert.Single(_log, l => l.Contains("mount its folder", StringComparison.Ordinal));
        Assert.Single(_log, l => l.Contains("stays in force", StringComparison.Ordinal)); // Twelve attempts, one line.

        _engine.Add("web");
        _engine.Listen();
        await _clock.AdvanceWhenAwaitedAsync(TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)).WaitAsync(_patience);
        Assert.Single(Servers(await Until(_ => true)));
    }

    [Fact]
    public async Task SharedNetworkOfAnotherContainer_ItsAddressIsUsed()
    {
        var vpn = _engine.Add("vpn", c => (c.Address, _) = ("172.18.0.77", c.Labels.Remove("traefik.enable")));
        _engine.Add("web", c => (c.Address, c.NetworkMode) = (null, "container:" + vpn.Id));
        Start();

        Assert.Equal("http://172.18.0.77:3000", Assert.Single(Servers(await Until(_ => true))).Url);
    }

    [Fact]
    public async Task Publish_TakerThrows_TheProviderGoesOn()
    {
        var web = _engine.Add("web");
        var calls = Channel.CreateUnbounded<ProviderConfiguration>();
        _provider = new DockerProvider(new DockerOptions { Endpoint = _engine.Endpoint }, c =>
        {
            calls.Writer.TryWrite(c);
            throw new InvalidOperationException("taker");
        }, new DockerLog((_, l) => _log.Enqueue(l)), _clock, LookAround, new Random(1));
        _provider.Start();
        await calls.Reader.ReadAsync().AsTask().WaitAsync(_patience);

        _engine.Emit(web, "kill", _clock.GetUtcNow(), ("signal", "15"));

        Assert.True(Has(await calls.Reader.ReadAsync().AsTask().WaitAsync(_patience), ServerPresence.Draining));
        Assert.Single(_engine.Requests, r => r.StartsWith("GET /events", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReadOnce_Engine_ConfigurationOrTheWayOut()
    {
        _engine.Add("web", c => c.Labels["traefik.http.routers.r.ruel"] = "x");
        var options = new DockerOptions { Endpoint = _engine.Endpoint, ExposedByDefault = false };

        var read = await DockerProvider.ReadOnceAsync(options, TimeProvider.System, LookAround, default);
        Assert.Null(read.Error);
        Assert.Single(read.Configuration!.Problems);
        Assert.Equal(0, _engine.Count("/events"));

        _engine.Stop();
        Assert.Contains("mount its folder", (await DockerProvider.ReadOnceAsync(options, TimeProvider.System, LookAround, default)).Error, StringComparison.Ordinal);
        Assert.Contains("does not exist", (await DockerProvider.ReadOnceAsync(options with { Endpoint = "unix:///nowhere/docker.sock" }, TimeProvider.System, LookAround, default)).Error, StringComparison.Ordinal);
        Assert.Contains("ssh", (await DockerProvider.ReadOnceAsync(options with { Endpoint = "ssh://h" }, TimeProvider.System, LookAround, default)).Error, StringComparison.Ordinal);
    }
}
