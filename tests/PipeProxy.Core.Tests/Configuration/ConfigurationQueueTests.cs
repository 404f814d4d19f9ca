using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using static PipeProxy.Core.Tests.Configuration.QueueUnderTest;

namespace PipeProxy.Core.Tests.Configuration;

/// <summary>Merging, differences, lives of instances.</summary>
public class ConfigurationQueueTests
{
    [Fact]
    public async Task Publish_First_IsServedAndAnnounced()
    {
        await using var test = new QueueUnderTest();
        var first = test.Queue.FirstConfiguration("docker");
        Assert.False(first.IsCompleted);
        Assert.Equal(0, test.Current.Version);
        Assert.Null(test.Find("localhost/"));

        await test.Publish(Docker(Server("a"), Server("b")));

        await first.WaitAsync(TimeSpan.FromSeconds(30));
        var route = test.Find("localhost/")!;
        Assert.Equal("web@docker", route.RouterName);
        Assert.Equal("app@docker", route.Service.Name);
        Assert.Equal(2, test.Current.StateOf(route.Service)!.Set.Ring.Count);
        Assert.True(test.Current.StateOf(route.Service)!.PassHostHeader);
        Assert.Equal(1, test.Current.Version);
        Assert.Equal(["a", "b"], Assert.Single(test.Changes).Change.Added.Select(c => c.Backend.ToString()));
        Assert.False(test.Queue.FirstConfiguration("static").IsCompleted);
    }

    [Fact]
    public async Task Publish_Unchanged_SwapsNothing()
    {
        await using var test = new QueueUnderTest();
        ProviderConfiguration Configuration() => Docker(Server("a")) with
        {
            Routers = [Router("web", "Host(`localhost`)", "app", "h") with { EntryPoints = ["web"] }],
            Middlewares = [new HeadersDefinition { Name = "h", CustomRequestHeaders = [new("X-A", "1")] }, new ForwardAuthDefinition { Name = "f", Address = "http://auth", AuthResponseHeaders = ["X-User"] }],
            Problems = [new ConfigurationProblem("one", "key", "reason")],
        };
        var state = await test.Publish(Configuration());

        Assert.Same(state, await test.Publish(Configuration()));
        Assert.Single(test.Changes);
    }

    [Fact]
    public async Task Publish_ScaleUpAndDown_KeepsServiceRouteTablesAndUntouchedInstances()
    {
        await using var test = new QueueUnderTest();
        var before = await test.Publish(Docker(Server("a"), Server("b")));
        var service = test.Find("localhost/")!.Service;
        var b = test.Entry("app@docker", "b");
        b.Backend.Runtime = "pool";
        await test.Advance(5);

        var after = await test.Publish(Docker(Server("b"), Server("c")));

        Assert.Same(service, test.Find("localhost/")!.Service);
        Assert.Same(before.RoutesOf("web"), after.RoutesOf("web"));
        Assert.Equal(b, test.Entry("app@docker", "b")); // the same object, state and moment
        Assert.Equal(["b", "c"], after.SetOf(service)!.Entries.Select(e => e.Backend.ToString()));
        Assert.Equal(["a", "b"], before.SetOf(service)!.Entries.Select(e => e.Backend.ToString()));
        var change = test.Changes[^1].Change;
        Assert.Equal(["c"], change.Added.Select(c => c.Backend.ToString()));
        Assert.Equal(["a"], change.Removed.Select(c => c.Backend.ToString()));
        Assert.Equal(2, change.Backends.Length);
    }

    [Fact]
    public async Task Publish_SameIdentityAnotherInstance_IsANewBackend()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a")));
        var before = test.Entry("app@docker", "a").Backend;

        await test.Publish(Docker(Server("a") with { Instance = "restarted" }));

        var after = test.Entry("app@docker", "a").Backend;
        Assert.NotSame(before, after);
        Assert.Equal(before.AffinityHash, after.AffinityHash);
        Assert.Same(before, Assert.Single(test.Changes[^1].Change.Removed).Backend);
        Assert.Same(after, Assert.Single(test.Changes[^1].Change.Added).Backend);
    }

    [Theory]
    [InlineData(ServerPresence.Running, BackendState.Up)]
    [InlineData(ServerPresence.Starting, BackendState.Starting)]
    [InlineData(ServerPresence.Unhealthy, BackendState.Unhealthy)]
    [InlineData(ServerPresence.Draining, BackendState.Draining)]
    [InlineData(ServerPresence.Paused, BackendState.Paused)]
    public async Task Publish_Presence_BecomesAStateWithReasonAndMoment(ServerPresence presence, BackendState state)
    {
        await using var test = new QueueUnderTest();
        await test.Advance(7);
        await test.Publish(Docker(Server("a", presence)));

        var entry = test.Entry("app@docker", "a");
        Assert.Equal(state, entry.State);
        Assert.NotEmpty(entry.Reason);
        Assert.Equal(test.Clock.GetUtcNow(), entry.Since);
    }

    [Fact]
    public async Task Publish_PresenceChanges_AreReportedByKind()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a"), Server("b"), Server("c", ServerPresence.Starting)));
        Assert.Equal(["c"], test.Changes[^1].Change.Starting.Select(Name));

        await test.Publish(Docker(Server("a", ServerPresence.Draining), Server("b", ServerPresence.Paused), Server("c")));
        var change = test.Changes[^1].Change;
        Assert.Equal(["a"], change.Draining.Select(Name));
        Assert.Equal(["b"], change.Paused.Select(Name));
        Assert.Equal(3, change.Backends.Length);
        Assert.Empty(change.Added.Concat(change.Removed).Concat(change.Undrained).Concat(change.Unpaused));

        await test.Publish(Docker(Server("a"), Server("b"), Server("c")));
        change = test.Changes[^1].Change;
        Assert.Equal(["a"], change.Undrained.Select(Name));
        Assert.Equal(["b"], change.Unpaused.Select(Name));
        Assert.Equal(2, change.Backends.Length);

        static string Name(BackendChange change) => change.Backend.ToString();
    }

    [Fact]
    public async Task Report_PortOpen_MakesAStartingBackendUpAndStaysSo()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a", ServerPresence.Starting)));
        var backend = test.Entry("app@docker", "a").Backend;
        Assert.Equal(0, test.Current.Services[0].Backends.Count(b => b.State == BackendState.Up));

        await test.Advance(3);
        test.Queue.Report(backend, BackendSignal.PortOpen);
        await test.Settle();
        var entry = test.Entry("app@docker", "a");
        Assert.Equal(BackendState.Up, entry.State);
        Assert.Equal(test.Clock.GetUtcNow(), entry.Since);
        Assert.Contains("port", entry.Reason, StringComparison.Ordinal);

        // The provider goes on saying "starting", and somebody else comes: nothing is lost.
        await test.Publish(Docker(Server("a", ServerPresence.Starting), Server("b")));
        Assert.Equal(entry, test.Entry("app@docker", "a"));
        await test.Publish(Docker(Server("a"), Server("b")));
        Assert.Equal(entry, test.Entry("app@docker", "a"));
    }

    [Fact]
    public async Task Report_ThatChangesNothing_SwapsNothing()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a", ServerPresence.Starting), Server("b", ServerPresence.Draining)));
        var (a, b) = (test.Entry("app@docker", "a").Backend, test.Entry("app@docker", "b").Backend);
        var state = await test.Publish(Docker(Server("b", ServerPresence.Draining)));

        test.Queue.Report(a, BackendSignal.PortOpen); // gone
        test.Queue.Report(b, BackendSignal.PortOpen); // draining stays draining

        Assert.Same(state, await test.Settle());
    }

    [Fact]
    public async Task Publish_WeightChange_NeedsNoNewInstance()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a"), Server("b")));
        var backend = test.Entry("app@docker", "a").Backend;

        var state = await test.Publish(Docker(Server("a", weight: 3), Server("b")));

        Assert.Same(backend, test.Entry("app@docker", "a").Backend);
        Assert.Equal(4, state.SetOf(test.Find("localhost/")!.Service)!.Ring.Length);
        Assert.Empty(test.Changes[^1].Change.Backends);
    }

    [Fact]
    public async Task Publish_SeveralProviders_AreMergedAndReferToOneAnother()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a")));
        await test.Publish(new ProviderConfiguration { Provider = "internal", Services = [Service("api", Server("inside"))] });
        await test.Publish(new ProviderConfiguration
        {
            Provider = "static",
            Routers = [Router("app", "Host(`s`)", "app@docker", "strip@static"), Router("api", "PathPrefix(`/api`)", "api@internal") with { EntryPoints = ["traefik"] }],
            Middlewares = [new AddPrefixDefinition { Name = "strip", Prefix = "/x" }],
        });

        Assert.Equal("app@docker", test.Find("s/")!.Service.Name);
        Assert.Equal("strip", Assert.Single(test.Find("s/")!.Middlewares).Name);
        Assert.Equal("api@internal", test.Find("x/api", "traefik")!.Service.Name);
        Assert.Null(test.Find("x/api"));
        Assert.Null(test.Find("s/", "traefik"));
        Assert.NotNull(test.Find("s/", "websecure"));
        Assert.Equal(["app@static", "web@docker"], test.Current.Services.Single(s => s.Name == "app@docker").UsedBy.AsEnumerable());
        Assert.Equal(["app@static"], Assert.Single(test.Current.Middlewares).UsedBy.AsEnumerable());
        Assert.Empty(test.Current.Problems);
    }

    [Fact]
    public async Task Publish_SameServerInTwoServices_IsTwoBackends()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(new ProviderConfiguration { Provider = "static", Services = [Service("one", Server("a")), Service("two", Server("a"))] });

        Assert.NotSame(test.Entry("one@static", "a").Backend, test.Entry("two@static", "a").Backend);
    }

    [Fact]
    public async Task Publish_StickyUnchanged_KeepsTheCompiledAffinity()
    {
        await using var test = new QueueUnderTest();
        ProviderConfiguration With(string cookie, params ServerDefinition[] servers) =>
            Docker() with { Services = [Service("app", servers) with { Sticky = new StickyCookie { Name = cookie } }] };
        await test.Publish(With("c", Server("a")));
        var service = test.Find("localhost/")!.Service;
        var affinity = test.Current.StateOf(service)!.Affinity;

        await test.Publish(With("c", Server("a"), Server("b")));
        Assert.Same(affinity, test.Current.StateOf(service)!.Affinity);
        await test.Publish(With("d", Server("a"), Server("b")));
        Assert.Equal("d", test.Current.StateOf(service)!.Affinity!.Definition.Name);
    }

    [Fact]
    public async Task Applied_ListenerThrows_LaterChangesStillApply()
    {
        await using var test = new QueueUnderTest();
        test.Queue.Applied += (state, _) => throw new InvalidOperationException($"at {state.Version}");
        test.Queue.Publish(Docker(Server("a")));
        await test.Queue.WhenAppliedAsync();
        test.Queue.Publish(Docker(Server("a"), Server("b")));
        await test.Queue.WhenAppliedAsync();

        Assert.Equal(["at 1", "at 2"], test.Faults.Select(f => f.Message));
        Assert.Equal(2, test.Current.Services[0].Backends.Length);
    }

    [Fact]
    public async Task DisposeAsync_ThenPublish_IsIgnored()
    {
        var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a")));
        await test.DisposeAsync();
        test.Queue.Publish(Docker());
        await test.Queue.WhenAppliedAsync();

        Assert.Single(test.Current.Services[0].Backends);
    }

    [Fact]
    public async Task Publish_FromManyThreads_EndsWithTheLastOfEach()
    {
        await using var test = new QueueUnderTest();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(p => Task.Run(() =>
        {
            for (var i = 1; i <= 200; i++)
            {
                test.Queue.Publish(new ProviderConfiguration { Provider = $"p{p}", Services = [Service("s", [.. Enumerable.Range(0, i % 17).Select(b => Server($"b{b}"))])] });
            }
        })));
        await test.Settle();

        Assert.All(test.Current.Services, s => Assert.Equal(200 % 17, s.Backends.Length));
        Assert.Equal(4, test.Current.Services.Length);
        Assert.Equal(test.Changes.Select(c => c.State.Version), test.Changes.Select(c => c.State.Version).Order().Distinct());
        foreach (var service in test.Current.ServiceStates)
        {
            // Every instance announced and not withdrawn is there.
            var announced = test.Changes.SelectMany(c => c.Change.Backends).Where(c => c.Service == service.Service)
                .Aggregate(0, (n, c) => n + (c.Before is null ? 1 : 0) - (c.After is null ? 1 : 0));
            Assert.Equal(service.Set.Entries.Length, announced);
        }
    }

    [Fact]
    public async Task Publish_5000Routers_EachLeadsToItsService()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(new ProviderConfiguration
        {
            Provider = "docker",
            Routers = [.. Enumerable.Range(0, 5000).Select(i => Router($"r{i}", $"Host(`h{i}.test`) && PathPrefix(`/{i}`)", $"s{i}"))],
            Services = [.. Enumerable.Range(0, 5000).Select(i => Service($"s{i}", Server($"a{i}")))],
        });

        for (var i = 0; i < 5000; i += 7)
        {
            Assert.Equal($"s{i}@docker", test.Find($"h{i}.test/{i}/x")!.Service.Name);
            Assert.Equal($"a{i}", Assert.Single(test.Current.SetOf(test.Find($"h{i}.test/{i}")!.Service)!.Entries).Backend.ToString());
        }

        Assert.Null(test.Find("h1.test/2"));
    }
}
