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

    private async Task StopAsync(WebAppKind kind)
    {
        LoadReport report = await LoadScenario.RunAsync(output, new StackOptions { Kind = kind }, async stack =>
            await DockerHost.DockerAsync("stop", (await stack.WebAppsAsync())[1].Id));

        LoadScenario.ExpectNoFailure(report, mayCut: kind == WebAppKind.Exits);
    }
}
