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
}
