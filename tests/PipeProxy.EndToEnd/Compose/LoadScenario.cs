using PipeProxy.EndToEnd.Harness;
using Xunit.Abstractions;

namespace PipeProxy.EndToEnd.Compose;

/// <summary>200 requests a second, with and without cookies, while something happens to the stack.</summary>
internal static class LoadScenario
{
    private const double Rate = 200;

    /// <summary>Starts a stack, runs clients while <paramref name="action"/> goes on, prints what they saw.</summary>
    public static async Task<LoadReport> RunAsync(
        ITestOutputHelper output, StackOptions options, Func<ComposeStack, Task> action, string method = "GET")
    {
        await using ComposeStack stack = await ComposeStack.StartAsync(options);
        LoadReport report = await LoadClients.DuringAsync(
            new LoadOptions { Target = stack.Web, RequestsPerSecond = Rate, Method = method }, () => action(stack));
        output.WriteLine($"{method}, {options.Kind}: {report}");
        if (report.Failed > 0)
        {
            output.WriteLine($"log of the proxy:\n{await stack.ProxyLogAsync()}");
        }

        Assert.True(
            report.Sent > 0.6 * Rate * report.Time.TotalSeconds,
            $"the clients were too slow to show anything: {report}");
        return report;
    }

    /// <summary>No request failed; none was cut either, unless containers ended with answers under way.</summary>
    public static void ExpectNoFailure(LoadReport report, bool mayCut)
    {
        Assert.True(report.Failed == 0, report.ToString());
        Assert.True(mayCut || report.Cut == 0, report.ToString());
        Assert.True(report.Sticky.Answered > 0 && report.Plain.Answered > 0, report.ToString());
    }

    /// <summary>
    /// Of a control run, in which the mechanism is switched off that spares the requests: some failed with
    /// <paramref name="failure"/>, as the clients count it, so that none of them in the run with the mechanism says something.
    /// </summary>
    public static void ExpectFailures(LoadReport report, string failure) => Assert.True(
        report.Sticky.Failures.GetValueOrDefault(failure) + report.Plain.Failures.GetValueOrDefault(failure) > 0,
        $"the control run shows no '{failure}': {report}");

    /// <summary>Of a control run: answers were cut that are whole where the mechanism works.</summary>
    public static void ExpectCuts(LoadReport report) =>
        Assert.True(report.Cut > 0, $"no answer was cut in the control run: {report}");
}
