using System.Threading.Channels;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Docker.Tests.Watch;

public sealed class DockerProviderFailureTests : ProviderHarness
{
    [Fact]
    public async Task StreamClosed_ReconnectsAndListsAnew()
    {
        Engine.Add("web");
        Start();
        await Until(_ => true);

        Engine.CloseStreams();
        await Logged("stays in force");
        Assert.False(Provider!.IsConnected);
        Assert.Contains("docker.sock", Provider.LastError, StringComparison.Ordinal);
        Engine.Add("late", c => c.Address = "172.18.0.5");
        await Clock.AdvanceWhenAwaitedAsync(TimeSpan.Zero, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100)).WaitAsync(Patience);

        var again = await Until(c => Servers(c).Length == 2);
        Assert.Equal(ServerPresence.Starting, Servers(again).Single(s => s.DisplayName == "late").Presence);
        Assert.Equal(ServerPresence.Running, Servers(again).Single(s => s.DisplayName == "web").Presence);
        Assert.Equal(2, Engine.Count("GET /events"));
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("{\"Type\":\"container\",\"Action\":")]
    [InlineData("[1,2]")]
    [InlineData("{\"Type\":7}")]
    public async Task Nonsense_OnTheStream_ReconnectsAndIsNotRepeatedInTheLog(string line)
    {
        Engine.Add("web");
        Start();
        await Until(_ => true);

        Engine.Send(line);
        await Logged("not an event");

        Assert.DoesNotContain(Log, l => l.Contains(line, StringComparison.Ordinal));
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
        Engine.Add("web");
        Engine.Instead = request => request.StartsWith("GET /containers/json", StringComparison.Ordinal) ? raw : null;
        Start();
        await Logged("stays in force");
        Assert.False(Published.Reader.TryRead(out _));
        Assert.NotNull(Provider!.LastError);

        Engine.Instead = static _ => null;
        await Clock.AdvanceWhenAwaitedAsync(TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)).WaitAsync(Patience);

        Assert.Single(Servers(await Until(_ => true)));
    }

    [Fact]
    public async Task Inspect_HalfAnAnswer_CostsOneContainerForTwoSeconds()
    {
        var bad = Engine.Add("bad");
        Engine.Add("good", c => c.Address = "172.18.0.4");
        Engine.Instead = request => request.Contains(bad.Id, StringComparison.Ordinal) ? "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"Id\":" : null;
        Start();
        Assert.Equal("good", Assert.Single(Servers(await Until(_ => true))).DisplayName);

        Engine.Instead = static _ => null;
        await Clock.AdvanceWhenAwaitedAsync(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)).WaitAsync(Patience);
        await CoalesceAsync();
        Assert.Equal(2, Servers(await Until(_ => true)).Length);
    }

    [Fact]
    public async Task Refused_For30Seconds_TheLogNamesTheFileMountOnce()
    {
        Engine.Stop();
        Start();
        for (var waited = TimeSpan.Zero; waited < TimeSpan.FromSeconds(60); waited += TimeSpan.FromSeconds(5))
        {
            await Clock.AdvanceWhenAwaitedAsync(TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)).WaitAsync(Patience);
            var isTold = Log.Any(l => l.Contains("mount its folder", StringComparison.Ordinal));
            // The attempt after the pause is under way: what it logs may be there already.
            Assert.True(waited == TimeSpan.FromSeconds(25) || isTold == waited >= TimeSpan.FromSeconds(30), $"{waited}: {isTold}");
        }

        Assert.Single(Log, l => l.Contains("mount its folder", StringComparison.Ordinal));
        Assert.Single(Log, l => l.Contains("stays in force", StringComparison.Ordinal)); // Twelve attempts, one line.

        Engine.Add("web");
        Engine.Listen();
        // The attempt under way may have found it already: then nobody waits any more.
        _ = Clock.AdvanceWhenAwaitedAsync(TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
        Assert.Single(Servers(await Until(_ => true)));
    }

    [Fact]
    public async Task SharedNetworkOfAnotherContainer_ItsAddressIsUsed()
    {
        var vpn = Engine.Add("vpn", c => (c.Address, _) = ("172.18.0.77", c.Labels.Remove("traefik.enable")));
        Engine.Add("web", c => (c.Address, c.NetworkMode) = (null, "container:" + vpn.Id));
        Start();

        Assert.Equal("http://172.18.0.77:3000", Assert.Single(Servers(await Until(_ => true))).Url);
    }

    [Fact]
    public async Task Publish_TakerThrows_TheProviderGoesOn()
    {
        var web = Engine.Add("web");
        var calls = Channel.CreateUnbounded<ProviderConfiguration>();
        Provider = new DockerProvider(new DockerOptions { Endpoint = Engine.Endpoint }, c =>
        {
            calls.Writer.TryWrite(c);
            throw new InvalidOperationException("taker");
        }, new DockerLog((_, l) => Log.Enqueue(l)), Clock, LookAround, new Random(1));
        Provider.Start();
        await calls.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        Engine.Emit(web, "kill", Clock.GetUtcNow(), ("signal", "15"));

        Assert.True(Has(await calls.Reader.ReadAsync().AsTask().WaitAsync(Patience), ServerPresence.Draining));
        Assert.Single(Engine.Requests, r => r.StartsWith("GET /events", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReadOnce_Engine_ConfigurationOrTheWayOut()
    {
        Engine.Add("web", c => c.Labels["traefik.http.routers.r.ruel"] = "x");
        var options = new DockerOptions { Endpoint = Engine.Endpoint, ExposedByDefault = false };

        var read = await DockerProvider.ReadOnceAsync(options, TimeProvider.System, LookAround, default);
        Assert.Null(read.Error);
        Assert.Single(read.Configuration!.Problems);
        Assert.Equal(0, Engine.Count("/events"));

        Engine.Stop();
        Assert.Contains("mount its folder", (await DockerProvider.ReadOnceAsync(options, TimeProvider.System, LookAround, default)).Error, StringComparison.Ordinal);
        Assert.Contains("does not exist", (await DockerProvider.ReadOnceAsync(options with { Endpoint = "unix:///nowhere/docker.sock" }, TimeProvider.System, LookAround, default)).Error, StringComparison.Ordinal);
        Assert.Contains("ssh", (await DockerProvider.ReadOnceAsync(options with { Endpoint = "ssh://h" }, TimeProvider.System, LookAround, default)).Error, StringComparison.Ordinal);
    }
}
