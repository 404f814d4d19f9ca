using PipeProxy.EndToEnd.Harness;
using Xunit.Abstractions;

namespace PipeProxy.EndToEnd.Compose;

/// <summary>Losing one container of three costs no request.</summary>
[Trait("Category", "Docker")]
public sealed class StopAndKillUnderLoadTests(ITestOutputHelper output)
{
    [DockerTheory]
    [InlineData(nameof(WebAppKind.Exits))]
    [InlineData(nameof(WebAppKind.Drains))]
    public Task Stop_OfOneContainer_FailsNoRequest(string kind) => StopAsync(Enum.Parse<WebAppKind>(kind));

    [DockerFact]
    [Trait("Length", "Full")]
    public Task Stop_OfOneThatIgnoresIt_FailsNoRequest() => StopAsync(WebAppKind.Ignores);

    [DockerFact]
    public async Task Kill_OfOneContainer_FailsNoRequest()
    {
        LoadReport report = await LoadScenario.RunAsync(output, new StackOptions(), async stack =>
            await DockerHost.DockerAsync("kill", (await stack.WebAppsAsync())[1].Id));

        LoadScenario.ExpectNoFailure(report, mayCut: true);
    }

    /// <summary>
    /// The control: where nothing is repeated, a container that exits or is killed takes requests with it. Two of the
    /// three, because now and then one has none under way.
    /// </summary>
    [DockerTheory]
    [InlineData("stop")]
    [InlineData("kill")]
    public async Task Loss_OfContainersWithoutRepeats_FailsSome(string command) => LoadScenario.ExpectFailures(
        await LoadScenario.RunAsync(output, StackOptions.WithoutRepeats, async stack =>
        {
            foreach (StackContainer container in (await stack.WebAppsAsync()).Take(2))
            {
                await DockerHost.DockerAsync(command, container.Id);
            }
        }), "status 502");

    /// <summary>The control of those that drain: they are not left the time to.</summary>
    [DockerFact]
    public async Task Stop_OfOneThatDrainsWithoutTime_CutsAnswers() => LoadScenario.ExpectCuts(
        await LoadScenario.RunAsync(output, new StackOptions { Kind = WebAppKind.Drains }, async stack =>
            await DockerHost.DockerAsync("stop", "-t", "0", (await stack.WebAppsAsync())[1].Id)));

    /// <summary>The control of those that ignore the signal: the proxy does not hear of it and drains nothing.</summary>
    [DockerFact]
    [Trait("Length", "Full")]
    public async Task Stop_OfOneThatIgnoresItUnheard_CutsAnswers()
    {
        await using var deaf = new DeafSocket();
        LoadScenario.ExpectCuts(await LoadScenario.RunAsync(
            output, new StackOptions { Kind = WebAppKind.Ignores, EngineSocket = deaf.Path },
            async stack =>
            {
                deaf.GoDeaf();
                await DockerHost.DockerAsync("stop", (await stack.WebAppsAsync())[1].Id);
            }));
    }

    private async Task StopAsync(WebAppKind kind)
    {
        LoadReport report = await LoadScenario.RunAsync(output, new StackOptions { Kind = kind }, async stack =>
            await DockerHost.DockerAsync("stop", (await stack.WebAppsAsync())[1].Id));

        LoadScenario.ExpectNoFailure(report, mayCut: kind == WebAppKind.Exits);
    }
}
