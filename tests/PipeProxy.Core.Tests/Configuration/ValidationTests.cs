using PipeProxy.Core.Configuration;
using static PipeProxy.Core.Tests.Configuration.QueueUnderTest;

namespace PipeProxy.Core.Tests.Configuration;

/// <summary>What is not in force is shown, and takes nothing else down.</summary>
public class ValidationTests
{
    public static TheoryData<RouterDefinition, string> Refused => new()
    {
        { Router("bad", "Host(`b`", "app"), "at position 8: expected ','" },
        { Router("bad", "Host(`b`)", "nobody"), "there is no service 'nobody@docker'" },
        { Router("bad", "Host(`b`)", "app@static"), "there is no service 'app@static'" },
        { Router("bad", "Host(`b`)", "app", "nothing"), "there is no middleware 'nothing@docker'" },
        { Router("bad", "Host(`b`)", "app", "broken"), "'broken@docker' is not in force: prefix begins with a slash" },
        { Router("bad", "Host(`b`)", "app") with { EntryPoints = ["nowhere"] }, "there is no entry point 'nowhere' (there are: web, websecure, traefik)" },
        { Router("bad", "Host(`b`)", "app") with { EntryPoints = ["web"], Tls = true }, "not served on entry point 'web', which is in clear" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Publish_BadRouter_IsDisabledShownAndAlone(RouterDefinition bad, string reason)
    {
        await using var test = new QueueUnderTest();
        var good = Docker(Server("a"));
        var state = await test.Publish(good with { Routers = [bad, .. good.Routers], Middlewares = [new AddPrefixDefinition { Name = "broken", Prefix = "bad", Source = "container two" }] });

        var status = test.Router("bad@docker");
        Assert.Equal(ObjectStatus.Disabled, status.Status);
        Assert.Contains(status.Errors, e => e.Contains(reason, StringComparison.Ordinal));
        Assert.Empty(status.EntryPoints);
        Assert.Contains(state.Problems, p => p.Source == "container one" && p.Key == "router bad@docker" && p.Reason.Contains(reason, StringComparison.Ordinal));
        Assert.Contains(state.Problems, p => p.Source == "container two" && p.Key == "middleware broken@docker");
        Assert.Null(test.Find("b/"));
        Assert.Null(test.Find("b/", "websecure"));
        Assert.NotNull(test.Find("localhost/"));
        Assert.Equal(ObjectStatus.Enabled, test.Router("web@docker").Status);
        Assert.Equal(ObjectStatus.Disabled, Assert.Single(state.Middlewares).Status);
    }

    [Fact]
    public async Task Publish_TlsRouter_IsNeverServedInClear()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a")) with
        {
            Routers =
            [
                Router("open", "Host(`open`)", "app") with { Tls = true },
                Router("both", "Host(`both`)", "app") with { Tls = true, EntryPoints = ["web", "websecure"] },
            ],
        });

        Assert.Null(test.Find("open/"));
        Assert.Null(test.Find("both/"));
        Assert.NotNull(test.Find("open/", "websecure"));
        Assert.NotNull(test.Find("both/", "websecure"));
        Assert.Equal(ObjectStatus.Enabled, test.Router("open@docker").Status);
        Assert.Equal(ObjectStatus.Warning, test.Router("both@docker").Status);
        Assert.Equal(["websecure"], test.Router("both@docker").EntryPoints.AsEnumerable());
    }

    [Fact]
    public async Task Publish_TlsRouterWithoutTlsEntryPoint_IsDisabledVisibly()
    {
        await using var queue = new ConfigurationQueue(
            new ConfigurationOptions { EntryPoints = [new("web")], CompileMiddleware = _ => throw new NotSupportedException() },
            TimeProvider.System);
        queue.Publish(Docker(Server("a")) with { Routers = [Router("web", "Host(`h`)", "app") with { Tls = true }] });
        await queue.WhenAppliedAsync();

        Assert.Equal(ObjectStatus.Disabled, Assert.Single(queue.Current.Routers).Status);
        Assert.Contains(queue.Current.Problems, p => p.Reason.Contains("never served in clear", StringComparison.Ordinal));
        Assert.Empty(queue.Current.RoutesOf("web").Routes);
    }

    [Fact]
    public async Task Publish_OneUnknownEntryPointOfTwo_IsAWarning()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a")) with { Routers = [Router("web", "Host(`h`)", "app") with { EntryPoints = ["Web", "nowhere"] }] });

        Assert.NotNull(test.Find("h/"));
        Assert.Null(test.Find("h/", "websecure"));
        Assert.Equal(ObjectStatus.Warning, test.Router("web@docker").Status);
        Assert.Equal(["web"], test.Router("web@docker").EntryPoints.AsEnumerable());
    }

    [Fact]
    public async Task Publish_NoEntryPoint_IsEveryOneButAdmin()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a")) with { Routers = [Router("web", "Host(`h`)", "app"), Router("admin", "Host(`h`) && Path(`/`)", "app") with { EntryPoints = ["traefik"] }] });

        Assert.Equal(["web", "websecure"], test.Router("web@docker").EntryPoints.AsEnumerable());
        Assert.Equal("admin@docker", test.Find("h/", "traefik")!.RouterName);
        Assert.Equal("web@docker", test.Find("h/")!.RouterName);
        Assert.Equal(test.Current.RoutesOf("traefik"), test.Current.RoutesOf(test.Current.IndexOfEntryPoint("traefik")));
        Assert.Equal(-1, test.Current.IndexOfEntryPoint("other"));
        Assert.Empty(test.Current.RoutesOf("other").Routes);
    }

    [Fact]
    public async Task Publish_DuplicateAndImpossibleNames_TheFirstIsInForce()
    {
        await using var test = new QueueUnderTest();
        var state = await test.Publish(new ProviderConfiguration
        {
            Provider = "docker",
            Routers = [Router("web", "Host(`one`)", "app"), Router("web", "Host(`two`)", "app"), Router("web@static", "Host(`three`)", "app"), Router("", "Host(`four`)", "app")],
            Services = [Service("app", Server("a"), Server("a")), Service("app", Server("b"))],
            Middlewares = [new AddPrefixDefinition { Name = "m", Prefix = "/1" }, new AddPrefixDefinition { Name = "m", Prefix = "/2" }],
        });

        Assert.NotNull(test.Find("one/"));
        Assert.Null(test.Find("two/"));
        Assert.Null(test.Find("three/"));
        Assert.Null(test.Find("four/"));
        Assert.Equal("a", Assert.Single(Assert.Single(state.Services).Backends).Backend.ToString());
        Assert.Equal("/1", ((AddPrefixDefinition)Assert.Single(state.Middlewares).Definition).Prefix);
        Assert.Equal(6, state.Problems.Length);
    }

    [Fact]
    public async Task Publish_ProblemsOfProviders_AreShownWithOurs()
    {
        await using var test = new QueueUnderTest();
        var mine = new ConfigurationProblem("container one", "traefik.http.nonsense", "unknown key");
        var state = await test.Publish(Docker(Server("a")) with
        {
            Problems = [mine],
            Services = [Service("app", Server("a")) with { Sticky = new StickyCookie { Name = "a b" } }],
        });

        Assert.Contains(mine, state.Problems);
        Assert.Contains(state.Problems, p => p.Key == "service app@docker" && p.Reason.Contains("token", StringComparison.Ordinal));
        Assert.Equal(ObjectStatus.Warning, Assert.Single(state.Services).Status);

        Assert.Empty((await test.Publish(Docker(Server("a")))).Problems);
    }

    [Fact]
    public async Task Publish_RuleThatNeverMatches_IsServedWithAWarning()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a")) with { Routers = [Router("web", "Host(`h:80`) || Host(`h`)", "app")] });

        Assert.NotNull(test.Find("h:80/"));
        Assert.Equal(ObjectStatus.Warning, test.Router("web@docker").Status);
        Assert.Equal(25, test.Router("web@docker").Priority);
    }

    [Fact]
    public async Task Publish_MiddlewareChanged_OnlyThatIsCompiledAnew()
    {
        await using var test = new QueueUnderTest();
        ProviderConfiguration With(string prefix) => Docker(Server("a")) with
        {
            Routers = [Router("web", "Host(`localhost`)", "app", "one", "two")],
            Middlewares = [new AddPrefixDefinition { Name = "one", Prefix = "/1" }, new AddPrefixDefinition { Name = "two", Prefix = prefix }],
        };
        await test.Publish(With("/2"));
        var before = test.Find("localhost/")!.Middlewares;
        await test.Publish(With("/3"));
        var after = test.Find("localhost/")!.Middlewares;

        Assert.Same(before[0], after[0]);
        Assert.NotSame(before[1], after[1]);
    }
}
