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
