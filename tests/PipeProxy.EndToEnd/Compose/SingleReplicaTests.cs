using PipeProxy.EndToEnd.Harness;
using Xunit.Abstractions;

namespace PipeProxy.EndToEnd.Compose;

/// <summary>A service without a container is still known: it may be unavailable for a moment, it is never not found.</summary>
[Trait("Category", "Docker")]
public sealed class SingleReplicaTests(ITestOutputHelper output)
{
    [DockerFact]
    public Task Scale_FromOneToNoneAndBack_IsNeverNotFound() => ExpectNeverNotFoundAsync(async stack =>
    {
        await stack.ScaleAsync(0);
        await Eventually.PassAsync(TimeSpan.FromSeconds(2));
        await stack.ScaleAsync(1);
        await stack.AwaitReplicasAsync(1);
    });

    [DockerFact]
    public Task Recreate_OfTheOnlyContainer_IsNeverNotFound() => ExpectNeverNotFoundAsync(async stack =>
    {
        await stack.RecreateAsync(1);
        await stack.AwaitReplicasAsync(1);
    });

    private async Task ExpectNeverNotFoundAsync(Func<ComposeStack, Task> action)
    {
        LoadReport report = await LoadScenario.RunAsync(output, new StackOptions { Replicas = 1 }, action);

        string[] failures = [.. report.Sticky.Failures.Keys.Concat(report.Plain.Failures.Keys).Distinct()];
        // Unavailable for as long as there is no container; anything else would be a failure of ours.
        Assert.All(failures, failure => Assert.Equal("status 503", failure));
        Assert.True(report.Plain.Containers.Count == 2, report.ToString());
    }
}
