using System.Globalization;
using PipeProxy.EndToEnd.Harness;
using static PipeProxy.EndToEnd.Harness.DockerHost;

namespace PipeProxy.EndToEnd.Compose;

/// <summary><c>docker/compose.hardened.yaml</c> as it stands: the proxy does its work with nothing that it does not need.</summary>
[Trait("Category", "Docker")]
public sealed class HardenedTests : IAsyncLifetime
{
    private const string File = "compose.hardened.yaml";
    private readonly string _project = $"pipeproxy-e2e-{Guid.NewGuid().ToString("N")[..8]}";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeproxy-hardened-");

    [DockerFact]
    public async Task HardenedStack_AsItStands_ServesWithoutPrivileges()
    {
        await ComposeAsync("up", "-d", "--scale", "webapp=3");
        string proxy = await ContainerAsync("proxy");

        var counts = new Dictionary<string, int>();
        await Eventually.BecomesTrueAsync("answers of 3 containers", TimeSpan.FromSeconds(30), async () =>
        {
            await using RawClient client = await RawClient.ConnectAsync(ComposeStack.PublishedWeb);
            RawAnswer answer = await client.GetAsync("/fast");
            counts[answer.Head.Container] = answer.Status;
            return counts.Count(pair => pair.Value == 200) == 3;
        });
        await Eventually.BecomesTrueAsync("the proxy's container to be healthy", TimeSpan.FromSeconds(30), async () =>
            await InspectAsync(proxy, "{{.State.Health.Status}}") == "healthy");

        // What the kernel says of the process, whatever the file says.
        string process = await InspectAsync(proxy, "{{.State.Pid}}");
        string[] status = await System.IO.File.ReadAllLinesAsync($"/proc/{process}/status");
        Assert.Equal("1654", Of(status, "Uid:").Split('\t')[0]);
        Assert.Equal("1", Of(status, "NoNewPrivs:"));
        Assert.All(
            (string[])["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"],
            set => Assert.Equal(0UL, ulong.Parse(Of(status, set), NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        string[] mounts = await System.IO.File.ReadAllLinesAsync($"/proc/{process}/mounts");
        Assert.StartsWith("ro", mounts.Select(line => line.Split(' ')).Single(parts => parts[1] == "/")[3], StringComparison.Ordinal);

        CommandResult log = await Command.RunAsync("docker", ["logs", proxy]);
        Assert.DoesNotContain("WARN", log.Output + log.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("ERROR", log.Output + log.Error, StringComparison.Ordinal);

        await DockerAsync("stop", proxy);
        Assert.Equal("0", await InspectAsync(proxy, "{{.State.ExitCode}}"));
    }

    [DockerFact]
    public async Task HardenedStack_WithoutTheSocketsGroup_IsRefusedByName()
    {
        System.IO.File.Delete(Path.Combine(_folder.FullName, ".env"));

        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ComposeAsync("config"));

        Assert.Contains("DOCKER_GID", refused.Message, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (SkipReason is not null)
        {
            return;
        }

        await HostPorts.ExpectFreeAsync(ComposeStack.PublishedWeb.Port);
        System.IO.File.Copy(Path.Combine(Checkout.Root, "docker", File), Path.Combine(_folder.FullName, File));
        string group = (await Command.RunAsync("stat", ["-L", "-c", "%g", "/var/run/docker.sock"])).Expect();
        await System.IO.File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, ".env"), $"DOCKER_GID={group}\nWEBAPP_IMAGE={await WebAppImageAsync()}\nWEBAPP_PORT=3000\n");
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (SkipReason is null && System.IO.File.Exists(Path.Combine(_folder.FullName, ".env")))
        {
            await ComposeAsync("down", "-t", "0", "-v", "--remove-orphans");
        }

        _folder.Delete(recursive: true);
    }

    private Task<string> ComposeAsync(params string[] arguments) =>
        DockerHost.ComposeAsync(_folder.FullName, ["-p", _project, "-f", File, .. arguments]);

    private Task<string> ContainerAsync(string service) => DockerAsync(
        "ps", "-q", "--filter", $"label=com.docker.compose.project={_project}", "--filter", $"label=com.docker.compose.service={service}");

    private static string Of(string[] lines, string key) =>
        lines.Single(line => line.StartsWith(key, StringComparison.Ordinal))[key.Length..].Trim();
}
