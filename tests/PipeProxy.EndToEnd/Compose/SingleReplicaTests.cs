using PipeProxy.EndToEnd.Harness;
using Xunit.Abstractions;

namespace PipeProxy.EndToEnd.Compose;

/// <summary>A service without a container is still known: it may be unavailable for a moment, it is never not found.</summary>
[Trait("Category", "Docker")]
public sealed class SingleReplicaTests(ITestOutputHelper output)
{
    private static readonly StackOptions s_one = new() { Replicas = 1 };

    // Routers and services go with their last container.
    private static readonly StackOptions s_forgetful = s_one with { ProxyVariables = ["PIPEPROXY_PROVIDERS_DOCKER_FORGETAFTER=0"] };

    [DockerFact]
    public Task Scale_FromOneToNoneAndBack_IsNeverNotFound() => ExpectNeverNotFoundAsync(ScaleToNoneAndBackAsync);

    [DockerFact]
    public Task Recreate_OfTheOnlyContainer_IsNeverNotFound() => ExpectNeverNotFoundAsync(RecreateAsync);

    /// <summary>The control: where a service is forgotten with its last container, it is not found.</summary>
    [DockerFact]
    public async Task Scale_FromOneToNoneWhereServicesAreForgotten_IsNotFound() => LoadScenario.ExpectFailures(
        await LoadScenario.RunAsync(output, s_forgetful, ScaleToNoneAndBackAsync), "status 404");

    /// <summary>The control of a recreated container.</summary>
    [DockerFact]
    [Trait("Length", "Full")]
    public async Task Recreate_WhereServicesAreForgotten_IsNotFound() => LoadScenario.ExpectFailures(
        await LoadScenario.RunAsync(output, s_forgetful, RecreateAsync), "status 404");

    private static async Task ScaleToNoneAndBackAsync(ComposeStack stack)
    {
        await stack.ScaleAsync(0);
        await Eventually.PassAsync(TimeSpan.FromSeconds(2));
        await stack.ScaleAsync(1);
        await stack.AwaitReplicasAsync(1);
    }

    private static async Task RecreateAsync(ComposeStack stack)
    {
        await stack.RecreateAsync(1);
        await stack.AwaitReplicasAsync(1);
    }

    private async Task ExpectNeverNotFoundAsync(Func<ComposeStack, Task> action)
    {
        LoadReport report = await LoadScenario.RunAsync(output, s_one, action);

        string[] failures = [.. report.Sticky.Failures.Keys.Concat(report.Plain.Failures.Keys).Distinct()];
        // Unavailable for as long as there is no container; anything else would be a failure of ours.
        Assert.All(failures, failure => Assert.Equal("status 503", failure));
        Assert.True(report.Plain.Containers.Count == 2, report.ToString());
    }
}
