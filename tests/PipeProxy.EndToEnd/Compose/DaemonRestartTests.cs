using System.Net;
using PipeProxy.EndToEnd.Harness;
using Xunit.Abstractions;

namespace PipeProxy.EndToEnd.Compose;

/// <summary>
/// The Docker daemon goes away and comes back: traffic goes on meanwhile, and what changes afterwards is seen.
/// On an engine of the test's own. The folder of the socket is mounted, not the socket: a daemon makes a new one.
/// The proxy uses the host's network, since that engine lets its containers reach nobody else.
/// </summary>
[Trait("Category", "Docker")]
[Trait("Length", "Full")]
public sealed class DaemonRestartTests(ITestOutputHelper output)
{
    [DockerFact]
    public async Task Daemon_StoppedAndStartedUnderLoad_FailsNoRequestAndIsFollowedAgain()
    {
        await using PrivateEngine engine = await StartEngineAsync(liveRestore: true);
        await StartTwoAsync(engine);
        IPEndPoint web = await StartProxyAsync(engine, $"{engine.SocketFolder}:/docker:ro");

        LoadReport report = await LoadClients.DuringAsync(new LoadOptions { Target = web }, async () =>
        {
            await RestartDaemonAsync(engine);
            await StartWebAppAsync(engine, "web-3");
            await AwaitContainersAsync(web, 3);
        });

        output.WriteLine(report.ToString());
        LoadScenario.ExpectNoFailure(report, mayCut: false);
        Assert.Equal(3, report.Plain.Containers.Count);
    }

    /// <summary>The control of what goes on meanwhile: containers that end with the daemon take requests with them.</summary>
    [DockerFact]
    public async Task Daemon_WhoseContainersEndWithIt_FailsRequests()
    {
        await using PrivateEngine engine = await StartEngineAsync(liveRestore: false);
        await StartTwoAsync(engine);
        await using ServerProcess proxy = await ServerProcess.StartProxyAsync(
            "--providers.docker=true", $"--providers.docker.endpoint={engine.Endpoint}", "--providers.docker.exposedbydefault=false");
        await AwaitContainersAsync(proxy.Address, 2);

        LoadReport report = await LoadClients.DuringAsync(
            new LoadOptions { Target = proxy.Address }, () => RestartDaemonAsync(engine));

        output.WriteLine(report.ToString());
        LoadScenario.ExpectFailures(report, "status 503");
    }

    /// <summary>The control of what is seen afterwards: the file of the old socket leads nowhere, and the log says so.</summary>
    [DockerFact]
    public async Task Daemon_WhoseSocketIsMountedAsAFile_IsNotFollowedAndTheLogSaysWhy()
    {
        await using PrivateEngine engine = await StartEngineAsync(liveRestore: true);
        await StartTwoAsync(engine);
        IPEndPoint web = await StartProxyAsync(engine, $"{engine.SocketFolder}/docker.sock:/docker/docker.sock:ro");

        await RestartDaemonAsync(engine);
        await StartWebAppAsync(engine, "web-3");

        await Eventually.BecomesTrueAsync("the log to name the cause", TimeSpan.FromSeconds(60), async () =>
        {
            CommandResult log = await Command.RunAsync("docker", ["-H", engine.Endpoint, "logs", "proxy"]);
            return (log.Output + log.Error).Contains("mount its folder", StringComparison.Ordinal);
        });
        await using RawClient client = await RawClient.ConnectAsync(web);
        var seen = new HashSet<string>();
        for (int request = 0; request < 12; request++)
        {
            seen.Add((await client.GetAsync("/fast")).Head.Container);
        }

        Assert.Equal(2, seen.Count);
    }

    /// <summary>An engine that has the images.</summary>
    private static async Task<PrivateEngine> StartEngineAsync(bool liveRestore) =>
        await PrivateEngine.StartAsync(liveRestore, DockerHost.ProxyImage, await DockerHost.WebAppImageAsync());

    private static async Task StartTwoAsync(PrivateEngine engine)
    {
        await StartWebAppAsync(engine, "web-1");
        await StartWebAppAsync(engine, "web-2");
    }

    private static async Task<IPEndPoint> StartProxyAsync(PrivateEngine engine, string mount)
    {
        var web = new IPEndPoint(IPAddress.Loopback, HostPorts.Free());
        await engine.DockerAsync(
            "run", "-d", "--name", "proxy", "--network", "host", "-v", mount,
            DockerHost.ProxyImage, "--providers.docker=true", "--providers.docker.endpoint=unix:///docker/docker.sock",
            "--providers.docker.exposedbydefault=false", $"--entrypoints.web.address={web}");
        await AwaitContainersAsync(web, 2);
        return web;
    }

    private static async Task RestartDaemonAsync(PrivateEngine engine)
    {
        await engine.StopDaemonAsync();
        await Eventually.PassAsync(TimeSpan.FromSeconds(5));
        await engine.StartDaemonAsync();
    }

    private static async Task StartWebAppAsync(PrivateEngine engine, string name) => await engine.DockerAsync(
        "run", "-d", "--name", name,
        "-l", "traefik.enable=true",
        "-l", "traefik.http.routers.webapp.rule=Host(`localhost`)",
        "-l", "traefik.http.services.webapp.loadbalancer.server.port=3000",
        "-l", "traefik.http.services.webapp.loadbalancer.sticky.cookie.name=StickySessionCookie",
        await DockerHost.WebAppImageAsync());

    private static Task AwaitContainersAsync(IPEndPoint web, int count)
    {
        var seen = new HashSet<string>();
        return Eventually.BecomesTrueAsync($"answers of {count} containers", TimeSpan.FromSeconds(60), async () =>
        {
            await using RawClient client = await RawClient.ConnectAsync(web);
            RawAnswer answer = await client.GetAsync("/fast");
            return answer.Status == 200 && seen.Add(answer.Head.Container) && seen.Count >= count;
        });
    }
}
