using System.Diagnostics;
using System.Globalization;
using PipeProxy.EndToEnd.Harness;
using Xunit.Abstractions;

namespace PipeProxy.EndToEnd.Compose;

/// <summary>The proxy's own end: asked for, it costs nobody anything; by force, it is short.</summary>
[Trait("Category", "Docker")]
public sealed class ProxyLifeTests(ITestOutputHelper output)
{
    [DockerFact]
    public async Task Stop_WithTunnelsAndRequestsUnderWay_EndsInOrderWithinTenSeconds()
    {
        await using ComposeStack stack = await ComposeStack.StartAsync();
        RawWebSocket[] sockets = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => RawWebSocket.OpenAsync(stack.Web)));
        RawClient[] clients = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => RawClient.ConnectAsync(stack.Web)));
        Task<RawAnswer>[] answers = [.. clients.Select(client => client.GetAsync("/sleep?ms=1000"))];
        // All of them are with the application when the proxy is asked to stop.
        await Eventually.PassAsync(TimeSpan.FromMilliseconds(400));

        string proxy = (await stack.ProxyAsync()).Id;
        long begin = Stopwatch.GetTimestamp();
        Task<string> stopping = DockerHost.DockerAsync("stop", proxy);
        RawAnswer[] answered = await Task.WhenAll(answers);
        await Eventually.PassAsync(TimeSpan.FromSeconds(2));
        foreach (RawWebSocket socket in sockets)
        {
            await socket.SendAsync("still here");
            Assert.Equal("still here", await socket.ReceiveAsync());
        }

        await stopping;
        TimeSpan time = Stopwatch.GetElapsedTime(begin);
        output.WriteLine($"stopped in {time.TotalSeconds:0.0} s");
        Assert.All(answered, answer => Assert.Equal(200, answer.Status));
        Assert.Equal("0", await DockerHost.InspectAsync(proxy, "{{.State.ExitCode}}"));
        Assert.True(time < TimeSpan.FromSeconds(10), $"{time}");
        await Task.WhenAll(sockets.Select(socket => socket.DisposeAsync().AsTask()));
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));
    }

    /// <summary>The control: without grace, what is under way fails.</summary>
    [DockerFact]
    public async Task Stop_WithoutGrace_FailsWhatIsUnderWay()
    {
        await using ComposeStack stack = await ComposeStack.StartAsync(
            new StackOptions { ProxyVariables = ["PIPEPROXY_ENTRYPOINTS_WEB_TRANSPORT_LIFECYCLE_GRACETIMEOUT=0"] });
        await using RawClient client = await RawClient.ConnectAsync(stack.Web);
        await using RawWebSocket socket = await RawWebSocket.OpenAsync(stack.Web);
        Task<RawAnswer> answer = client.GetAsync("/sleep?ms=1000");
        // It is with the application when the proxy is asked to stop.
        await Eventually.PassAsync(TimeSpan.FromMilliseconds(400));

        await DockerHost.DockerAsync("stop", (await stack.ProxyAsync()).Id);

        await Assert.ThrowsAsync<WireException>(() => answer);
        await Assert.ThrowsAsync<WireException>(socket.ReceiveAsync);
    }

    [DockerFact]
    public async Task Kill_OfTheProxysProcess_IsOverWithinASecond()
    {
        await using ComposeStack stack = await ComposeStack.StartAsync();
        string proxy = (await stack.ProxyAsync()).Id;
        int process = int.Parse(await DockerHost.InspectAsync(proxy, "{{.State.Pid}}"), CultureInfo.InvariantCulture);

        // Not `docker kill`: what a user kills stays down, whatever the restart policy says.
        using (Process victim = Process.GetProcessById(process))
        {
            victim.Kill();
        }

        long begin = Stopwatch.GetTimestamp();
        await Eventually.BecomesTrueAsync("the proxy to serve again", TimeSpan.FromSeconds(30), async () =>
        {
            await using RawClient client = await RawClient.ConnectAsync(ComposeStack.PublishedWeb);
            return (await client.GetAsync("/fast")).Status == 200;
        });
        DateTimeOffset served = DateTimeOffset.UtcNow;
        TimeSpan all = Stopwatch.GetElapsedTime(begin);

        // How fast Docker starts a process is Docker's affair, and this machine's.
        DateTimeOffset started = DateTimeOffset.Parse(
            await DockerHost.InspectAsync(proxy, "{{.State.StartedAt}}"), CultureInfo.InvariantCulture);
        output.WriteLine($"served {(served - started).TotalMilliseconds:0} ms after its start, {all.TotalMilliseconds:0} ms after its end");
        Assert.Equal("1", await DockerHost.InspectAsync(proxy, "{{.RestartCount}}"));
        Assert.True(served - started < TimeSpan.FromSeconds(1), $"{served - started}");
    }
}
