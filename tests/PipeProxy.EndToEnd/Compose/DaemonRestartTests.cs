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
    private const string WebApp = "pipeproxy-test/webapp:e2e";

    [DockerFact]
    public async Task Daemon_StoppedAndStartedUnderLoad_FailsNoRequestAndIsFollowedAgain()
    {
        await DockerHost.DockerAsync(
            "build", "-f", Path.Combine(AppContext.BaseDirectory, "Stack/webapp/Dockerfile2"), "-t", WebApp,
            "--build-arg", $"NODE={await DockerHost.NodeImageAsync()}", Path.Combine(AppContext.BaseDirectory, "Stack/webapp"));
        await using PrivateEngine engine = await PrivateEngine.StartAsync(DockerHost.ProxyImage, WebApp);
        foreach (string name in (string[])["web-1", "web-2"])
        {
            await StartWebAppAsync(engine, name);
        }

        var web = new IPEndPoint(IPAddress.Loopback, HostPorts.Free());
        await engine.DockerAsync(
            "run", "-d", "--name", "proxy", "--network", "host", "-v", $"{engine.SocketFolder}:/docker:ro",
            DockerHost.ProxyImage, "--providers.docker=true", "--providers.docker.endpoint=unix:///docker/docker.sock",
            "--providers.docker.exposedbydefault=false", $"--entrypoints.web.address={web}");
        await AwaitContainersAsync(web, 2);

        LoadReport report = await LoadClients.DuringAsync(new LoadOptions { Target = web }, async () =>
        {
            await engine.StopDaemonAsync();
            await Eventually.PassAsync(TimeSpan.FromSeconds(5));
            await engine.StartDaemonAsync();
            await StartWebAppAsync(engine, "web-3");
            await AwaitContainersAsync(web, 3);
        });

        output.WriteLine(report.ToString());
        LoadScenario.ExpectNoFailure(report, mayCut: false);
        Assert.Equal(3, report.Plain.Containers.Count);
    }

    private static Task<string> StartWebAppAsync(PrivateEngine engine, string name) => engine.DockerAsync(
        "run", "-d", "--name", name,
        "-l", "traefik.enable=true",
        "-l", "traefik.http.routers.webapp.rule=Host(`localhost`)",
        "-l", "traefik.http.services.webapp.loadbalancer.server.port=3000",
        "-l", "traefik.http.services.webapp.loadbalancer.sticky.cookie.name=StickySessionCookie",
        WebApp);

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
