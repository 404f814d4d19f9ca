using PipeProxy.Core.Configuration;
using static PipeProxy.Core.Tests.Configuration.QueueUnderTest;

namespace PipeProxy.Core.Tests.Configuration;

/// <summary>Routers and services outlive their last container.</summary>
public class ForgettingTests
{
    private static ProviderConfiguration Nothing => new() { Provider = "docker" };

    [Fact]
    public async Task Publish_LastContainerGone_KeepsRouterAndServiceWithoutServers()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a")));
        var service = test.Find("localhost/")!.Service;

        await test.Publish(Nothing);

        Assert.Same(service, test.Find("localhost/")!.Service);
        Assert.Empty(test.Current.StateOf(service)!.Set.Entries);
        Assert.True(test.Current.StateOf(service)!.IsRetained);
        Assert.True(test.Router("web@docker").IsRetained);
        Assert.Equal(ObjectStatus.Enabled, test.Router("web@docker").Status);
        Assert.Equal(["a"], test.Changes[^1].Change.Removed.Select(c => c.Backend.ToString()));
    }

    [Fact]
    public async Task Clock_PastForgetAfter_DropsThem()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a")));
        var service = test.Find("localhost/")!.Service;
        await test.Publish(Nothing);

        await test.Advance(59.9);
        Assert.NotNull(test.Find("localhost/"));
        await test.Advance(0.2);

        Assert.Null(test.Find("localhost/"));
        Assert.Null(test.Current.StateOf(service));
        Assert.Empty(test.Current.Routers);
        Assert.Empty(test.Current.Services);
    }

    [Fact]
    public async Task Publish_BackInTime_KeepsTheServiceAndStaysForGood()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a")));
        var service = test.Find("localhost/")!.Service;
        service.Counter.Next();
        await test.Publish(Nothing);
        await test.Advance(30);
        await test.Publish(Docker(Server("b")));
        await test.Advance(100);

        Assert.Same(service, test.Find("localhost/")!.Service);
        Assert.Equal(1UL, service.Counter.Next());
        Assert.False(test.Current.StateOf(service)!.IsRetained);
    }

    [Fact]
    public async Task Publish_AfterForgetting_IsANewServiceAndTheOldOneIsNobody()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a")));
        var old = test.Find("localhost/")!.Service;
        await test.Publish(Nothing);
        await test.Advance(61);
        await test.Publish(Docker(Server("a")));

        var current = test.Find("localhost/")!.Service;
        Assert.NotSame(old, current);
        Assert.Equal(old.Slot, current.Slot);
        Assert.Null(test.Current.StateOf(old));
        Assert.NotNull(test.Current.StateOf(current));
    }

    [Fact]
    public async Task Publish_SeveralGoneAtDifferentTimes_AreDroppedInTurn()
    {
        await using var test = new QueueUnderTest();
        var one = new ProviderConfiguration { Provider = "docker", Services = [Service("one")] };
        await test.Publish(one with { Services = [Service("one"), Service("two")] });
        await test.Publish(one);
        await test.Advance(40);
        await test.Publish(Nothing);

        await test.Advance(21);
        Assert.Equal(["one@docker"], test.Current.Services.Select(s => s.Name));
        await test.Advance(40);
        Assert.Empty(test.Current.Services);
    }

    [Fact]
    public async Task Publish_ForgetAfterZero_DropsAtOnce()
    {
        await using var test = new QueueUnderTest(TimeSpan.Zero);
        await test.Publish(Docker(Server("a")));
        await test.Publish(Nothing);

        Assert.Empty(test.Current.Services);
        Assert.Null(test.Find("localhost/"));
    }

    [Fact]
    public async Task Publish_RouterUnderANewName_IsNotShadowedByTheOldOne()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a")));

        await test.Publish(new ProviderConfiguration
        {
            Provider = "docker",
            Routers = [Router("zebra", "Host(`localhost`)", "fresh") with { Priority = 1 }],
            Services = [Service("fresh", Server("b"))],
        });

        Assert.Equal("zebra@docker", test.Find("localhost/")!.RouterName);
    }

    [Fact]
    public async Task Publish_MoreSpecificRouterGone_StillTakesItsRequests()
    {
        await using var test = new QueueUnderTest();
        var all = Docker(Server("a")) with { Routers = [Router("web", "Host(`localhost`)", "app"), Router("api", "Host(`localhost`) && PathPrefix(`/api`)", "app")] };
        await test.Publish(all);

        await test.Publish(all with { Routers = [all.Routers[0]] });

        Assert.Equal("api@docker", test.Find("localhost/api")!.RouterName);
    }

    [Fact]
    public async Task Publish_MiddlewareGoneWithItsRouter_IsKeptWithIt()
    {
        await using var test = new QueueUnderTest();
        await test.Publish(Docker(Server("a")) with
        {
            Routers = [Router("web", "Host(`localhost`)", "app", "m")],
            Middlewares = [new AddPrefixDefinition { Name = "m", Prefix = "/x" }],
        });
        var middleware = Assert.Single(test.Find("localhost/")!.Middlewares);

        await test.Publish(Nothing);

        Assert.Same(middleware, Assert.Single(test.Find("localhost/")!.Middlewares));
        Assert.True(Assert.Single(test.Current.Middlewares).IsRetained);
    }
}
