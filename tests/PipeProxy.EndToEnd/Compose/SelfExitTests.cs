using PipeProxy.EndToEnd.Harness;
using Xunit.Abstractions;

namespace PipeProxy.EndToEnd.Compose;

/// <summary>A container whose process ends by itself is restarted by Docker and is the same backend again.</summary>
[Trait("Category", "Docker")]
public sealed class SelfExitTests(ITestOutputHelper output)
{
    private const string CookieName = "StickySessionCookie";

    [DockerFact]
    public async Task Exit_OfAContainerByItself_FailsNoRequestAndItsCookieHolds()
    {
        string container = "", cookie = "";
        RawAnswer? after = null;
        LoadReport report = await LoadScenario.RunAsync(output, new StackOptions(), async stack =>
        {
            await using RawClient leaver = await RawClient.ConnectAsync(stack.Web);
            RawHead first = (await leaver.GetAsync("/fast")).Head;
            container = first.Container;
            cookie = $"{CookieName}={first.CookieSet(CookieName)}";
            RawAnswer leaving = await leaver.GetAsync("/exit?code=1", cookie: cookie);
            Assert.Equal((200, container), (leaving.Status, leaving.Head.Container));
            await Eventually.BecomesTrueAsync("Docker to restart the container", TimeSpan.FromSeconds(15), async () =>
                await DockerHost.InspectAsync(container, "{{.RestartCount}} {{.State.Running}}") == "1 true");
            await stack.AwaitAnswerOfAsync(new StackContainer(container, container));
            await using RawClient returning = await RawClient.ConnectAsync(stack.Web);
            after = await returning.GetAsync("/fast", cookie: cookie);
        });

        LoadScenario.ExpectNoFailure(report, mayCut: true);
        Assert.Equal((200, container), (after!.Status, after.Head.Container));
        Assert.Null(after.Head.CookieSet(CookieName));
    }

    /// <summary>The control: where nothing is repeated, each container that exits takes requests with it.</summary>
    [DockerFact]
    public async Task Exit_OfEachContainerWithoutRepeats_FailsSome() => LoadScenario.ExpectFailures(
        await LoadScenario.RunAsync(output, StackOptions.WithoutRepeats, async stack =>
        {
            foreach (StackContainer container in await stack.WebAppsAsync())
            {
                await LeaveAsync(stack, container);
                await stack.AwaitAnswerOfAsync(container);
            }
        }), "status 502");

    /// <summary>Asks until this container was the one that was asked to exit.</summary>
    private static async Task LeaveAsync(ComposeStack stack, StackContainer container)
    {
        await using RawClient client = await RawClient.ConnectAsync(stack.Web);
        RawHead head;
        do
        {
            head = (await client.GetAsync("/fast")).Head;
        }
        while (head.Container != container.Id);

        RawAnswer leaving = await client.GetAsync("/exit?code=1", cookie: $"{CookieName}={head.CookieSet(CookieName)}");
        Assert.Equal((200, container.Id), (leaving.Status, leaving.Head.Container));
    }
}
