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
    public async Task Restart_UnderPostsThatMustNotBeRepeated_FailsSome()
    {
        LoadReport report = await RestartEachAsync(new StackOptions(), "POST");

        int refused = report.Sticky.Failures.GetValueOrDefault("status 502") + report.Plain.Failures.GetValueOrDefault("status 502");
        Assert.True(refused > 0, report.ToString());
    }

    private Task<LoadReport> RestartEachAsync(StackOptions options, string method = "GET") =>
        LoadScenario.RunAsync(output, options, async stack =>
        {
            foreach (StackContainer container in await stack.WebAppsAsync())
            {
                await DockerHost.DockerAsync("restart", container.Id);
                await stack.AwaitAnswerOfAsync(container);
            }
        }, method);
}
