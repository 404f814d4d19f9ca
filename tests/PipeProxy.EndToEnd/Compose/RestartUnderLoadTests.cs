using PipeProxy.EndToEnd.Harness;
using Xunit.Abstractions;

namespace PipeProxy.EndToEnd.Compose;

/// <summary>Restarting containers one after the other costs no request.</summary>
[Trait("Category", "Docker")]
public sealed class RestartUnderLoadTests(ITestOutputHelper output)
{
    [DockerFact]
    public async Task Restart_OfEachContainerThatExits_FailsNoRequest() =>
        LoadScenario.ExpectNoFailure(await RestartEachAsync(new StackOptions()), mayCut: true);

    [DockerTheory]
    [Trait("Length", "Full")]
    [InlineData(nameof(WebAppKind.Ignores))]
    [InlineData(nameof(WebAppKind.Drains))]
    public async Task Restart_OfEachOfTheOtherKinds_FailsNoRequest(string kind) => LoadScenario.ExpectNoFailure(
        await RestartEachAsync(new StackOptions { Kind = Enum.Parse<WebAppKind>(kind) }), mayCut: false);

    /// <summary>The control: requests that must not be repeated do fail in the same scenario, or it shows nothing.</summary>
    [DockerFact]
    public async Task Restart_UnderPostsThatMustNotBeRepeated_FailsSome() =>
        LoadScenario.ExpectFailures(await RestartEachAsync(new StackOptions(), method: "POST"), "status 502");

    /// <summary>The control of those that drain: they are not left the time to.</summary>
    [DockerFact]
    [Trait("Length", "Full")]
    public async Task Restart_OfThoseThatDrainWithoutTime_CutsAnswers() => LoadScenario.ExpectCuts(
        await RestartEachAsync(new StackOptions { Kind = WebAppKind.Drains }, stopSeconds: 0));

    /// <summary>The control of those that ignore the signal: the proxy does not hear of it and drains nothing.</summary>
    [DockerFact]
    [Trait("Length", "Full")]
    public async Task Restart_OfOneThatIgnoresItUnheard_CutsAnswers()
    {
        await using var deaf = new DeafSocket();
        LoadScenario.ExpectCuts(await LoadScenario.RunAsync(
            output, new StackOptions { Kind = WebAppKind.Ignores, EngineSocket = deaf.Path },
            async stack =>
            {
                deaf.GoDeaf();
                await DockerHost.DockerAsync("restart", (await stack.WebAppsAsync())[1].Id);
            }));
    }

    private Task<LoadReport> RestartEachAsync(StackOptions options, string method = "GET", int stopSeconds = 10) =>
        LoadScenario.RunAsync(output, options, async stack =>
        {
            foreach (StackContainer container in await stack.WebAppsAsync())
            {
                await DockerHost.DockerAsync("restart", "-t", $"{stopSeconds}", container.Id);
                await stack.AwaitAnswerOfAsync(container);
            }
        }, method);
}
