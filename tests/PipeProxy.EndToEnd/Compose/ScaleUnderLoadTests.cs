using PipeProxy.EndToEnd.Harness;
using Xunit.Abstractions;

namespace PipeProxy.EndToEnd.Compose;

/// <summary>Scaling up and down costs no request.</summary>
[Trait("Category", "Docker")]
public sealed class ScaleUnderLoadTests(ITestOutputHelper output)
{
    [DockerFact]
    public Task Scale_OfContainersThatExit_FailsNoRequest() => ScaleAsync(WebAppKind.Exits);

    [DockerTheory]
    [Trait("Length", "Full")]
    [InlineData(nameof(WebAppKind.Ignores))]
    [InlineData(nameof(WebAppKind.Drains))]
    public Task Scale_OfTheOtherKinds_FailsNoRequest(string kind) => ScaleAsync(Enum.Parse<WebAppKind>(kind));

    /// <summary>The control: where nothing is repeated, containers that exit take requests with them.</summary>
    [DockerFact]
    public async Task Scale_OfContainersThatExitWithoutRepeats_FailsSome() => LoadScenario.ExpectFailures(
        await LoadScenario.RunAsync(output, StackOptions.WithoutRepeats with { Replicas = 5 }, stack => stack.ScaleAsync(1)),
        "status 502");

    /// <summary>The control of those that drain: they are not left the time to.</summary>
    [DockerFact]
    [Trait("Length", "Full")]
    public async Task Scale_OfThoseThatDrainWithoutTime_CutsAnswers() => LoadScenario.ExpectCuts(
        await LoadScenario.RunAsync(
            output, new StackOptions { Kind = WebAppKind.Drains }, stack => stack.ScaleAsync(1, stopSeconds: 0)));

    /// <summary>The control of those that ignore the signal: the proxy does not hear of it and drains nothing.</summary>
    [DockerFact]
    [Trait("Length", "Full")]
    public async Task Scale_OfThoseThatIgnoreItUnheard_CutsAnswers()
    {
        await using var deaf = new DeafSocket();
        LoadScenario.ExpectCuts(await LoadScenario.RunAsync(
            output, new StackOptions { Kind = WebAppKind.Ignores, EngineSocket = deaf.Path }, stack =>
            {
                deaf.GoDeaf();
                return stack.ScaleAsync(1);
            }));
    }

    private async Task ScaleAsync(WebAppKind kind)
    {
        LoadReport report = await LoadScenario.RunAsync(output, new StackOptions { Kind = kind }, async stack =>
        {
            await stack.ScaleAsync(5);
            await stack.AwaitReplicasAsync(5);
            await stack.ScaleAsync(1);
            await stack.ScaleAsync(3);
            await stack.AwaitReplicasAsync(3);
        });

        LoadScenario.ExpectNoFailure(report, mayCut: kind == WebAppKind.Exits);
        Assert.True(report.Plain.Containers.Count >= 5, report.ToString());
    }
}
