using System.Net;
using PipeProxy.EndToEnd.Harness;

namespace PipeProxy.EndToEnd.Binary;

/// <summary>What the binary says when it cannot do what it is told, and its exit codes (sysexits.h).</summary>
public sealed class CommandLineTests
{
    [Fact]
    public async Task Run_OnABusyPort_NamesThePort()
    {
        await using ServerProcess holder = await ServerProcess.StartWebAppAsync();
        IPEndPoint address = holder.Address;

        CommandResult result = await Command.RunAsync(
            Checkout.ProxyBinary, [$"--entrypoints.web.address={address}", "--backend", "http://127.0.0.1:9"]);

        Assert.Equal(69, result.ExitCode);
        Assert.Contains($"{address.Port}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithAFlagThatIsNearlyRight_NamesTheRightOne()
    {
        CommandResult result = await Command.RunAsync(Checkout.ProxyBinary, ["--bakend", "http://127.0.0.1:9"]);

        Assert.Equal(64, result.ExitCode);
        Assert.Contains("--backend", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithAnAddressThatIsNone_NamesIt()
    {
        CommandResult result = await Command.RunAsync(
            Checkout.ProxyBinary, ["--entrypoints.web.address=nowhere", "--backend", "http://127.0.0.1:9"]);

        Assert.Equal(64, result.ExitCode);
        Assert.Contains("nowhere", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_WhileIdle_EndsWithZero()
    {
        await using ProxyWithWebApps all = await ProxyWithWebApps.StartAsync(1);
        await using RawClient client = await RawClient.ConnectAsync(all.Proxy.Address);
        Assert.Equal(200, (await client.GetAsync("/fast")).Status);

        all.Proxy.AskToStop();

        await client.ReadEndAsync();
        Assert.Equal(0, await all.Proxy.EndAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task BuildScript_RunWithSmoke_AnswersAndEnds()
    {
        CommandResult result = await Command.RunAsync(
            Path.Combine(Checkout.Root, "build.sh"), ["run", "--smoke"], Checkout.Root, TimeSpan.FromMinutes(4));

        string said = result.Expect();
        Assert.Contains("without a cookie: ", said, StringComparison.Ordinal);
        Assert.Contains("ping: OK", said, StringComparison.Ordinal);
    }
}
