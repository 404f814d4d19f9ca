using System.Net;
using static PipeProxy.EndToEnd.Harness.DockerHost;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>
/// The report's stack on a real engine: its compose file unchanged, the image under test in the place of
/// <c>traefik</c>, the stand-in application in the place of <c>./webapp</c>.
/// </summary>
internal sealed class ComposeStack : IAsyncDisposable
{
    private const string ProxyService = "treafik";
    private const string WebService = "webapp";
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);

    private readonly string _project = $"pipeproxy-e2e-{Guid.NewGuid().ToString("N")[..8]}";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeproxy-e2e-");
    private readonly List<string> _files = ["-f", "docker-compose2.yml"];

    private ComposeStack()
    {
    }

    /// <summary>The data plane as a user reaches it: the published port 80.</summary>
    public static IPEndPoint PublishedWeb { get; } = new(IPAddress.Loopback, 80);

    /// <summary>The admin entry point as a user reaches it: the published port 8080.</summary>
    public static IPEndPoint PublishedAdmin { get; } = new(IPAddress.Loopback, 8080);

    /// <summary>The data plane at the proxy container's own address: nothing of Docker's is between.</summary>
    public IPEndPoint Web { get; private set; } = PublishedWeb;

    /// <summary>Starts a stack and waits until each of its replicas has answered a request.</summary>
    public static async Task<ComposeStack> StartAsync(StackOptions? options = null)
    {
        options ??= new StackOptions();
        await HostPorts.ExpectFreeAsync(PublishedWeb.Port, PublishedAdmin.Port);
        await ProxyTag.PutAsync();
        var stack = new ComposeStack();
        try
        {
            await stack.PrepareAsync(options);
            await stack.ComposeAsync("build");
            await stack.ComposeAsync("up", "-d", "--scale", $"{WebService}={options.Replicas}");
            await stack.FindProxyAsync();
            if (options.Replicas > 0)
            {
                await stack.AwaitReplicasAsync(options.Replicas);
            }

            return stack;
        }
        catch (Exception error)
        {
            string log = await stack.TryProxyLogAsync();
            await stack.DisposeAsync();
            throw new InvalidOperationException($"the stack did not start: {error.Message}\nlog of the proxy:\n{log}", error);
        }
    }

    /// <summary>Changes the number of <c>webapp</c> containers; returns when compose does.</summary>
    /// <param name="replicas">How many there are to be.</param>
    /// <param name="stopSeconds">How long those that are too many may take to end before they are killed.</param>
    public Task ScaleAsync(int replicas, int stopSeconds = 10) => ComposeAsync(
        "up", "-d", "--no-build", "--no-recreate", "-t", $"{stopSeconds}", "--scale", $"{WebService}={replicas}");

    /// <summary>Replaces all <c>webapp</c> containers by new ones.</summary>
    public Task RecreateAsync(int replicas) => ComposeAsync(
        "up", "-d", "--no-build", "--no-deps", "--force-recreate", "--scale", $"{WebService}={replicas}", WebService);

    /// <summary>The running <c>webapp</c> containers.</summary>
    public Task<IReadOnlyList<StackContainer>> WebAppsAsync() => ContainersAsync(WebService, all: false);

    /// <summary>The proxy's container, running or not.</summary>
    public async Task<StackContainer> ProxyAsync() => (await ContainersAsync(ProxyService, all: true)).Single();

    /// <summary>What the proxy has logged so far.</summary>
    public async Task<string> ProxyLogAsync()
    {
        CommandResult logs = await Command.RunAsync("docker", ["logs", (await ProxyAsync()).Id]);
        return logs.Output + logs.Error;
    }

    /// <summary>Reads the proxy container's address anew, as after its restart.</summary>
    public async Task FindProxyAsync()
    {
        StackContainer proxy = await ProxyAsync();
        string address = await InspectAsync(
            proxy.Id, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");
        Web = new IPEndPoint(IPAddress.Parse(address), 80);
    }

    /// <summary>Waits until so many different containers have answered requests without a cookie.</summary>
    public Task AwaitReplicasAsync(int replicas)
    {
        var seen = new HashSet<string>();
        return Eventually.BecomesTrueAsync($"answers of {replicas} containers", s_startLimit, async () =>
        {
            await using RawClient client = await RawClient.ConnectAsync(Web);
            RawAnswer answer = await client.GetAsync("/fast");
            if (answer.Status == 200)
            {
                seen.Add(answer.Head.Container);
            }

            return seen.Count >= replicas;
        });
    }

    /// <summary>Waits until this container has answered a request without a cookie.</summary>
    public Task AwaitAnswerOfAsync(StackContainer container) =>
        Eventually.BecomesTrueAsync($"an answer of {container.Name}", s_startLimit, async () =>
        {
            await using RawClient client = await RawClient.ConnectAsync(Web);
            RawAnswer answer = await client.GetAsync("/fast");
            return answer.Head.Container == container.Id;
        });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await ComposeAsync("down", "-t", "0", "-v", "--remove-orphans", "--rmi", "local");
        }
        finally
        {
            await ProxyTag.TakeBackAsync();
            _folder.Delete(recursive: true);
        }
    }

    private Task<string> ComposeAsync(params string[] arguments) =>
        DockerHost.ComposeAsync(_folder.FullName, ["-p", _project, .. _files, .. arguments]);

    private async Task<IReadOnlyList<StackContainer>> ContainersAsync(string service, bool all)
    {
        string rows = await DockerAsync([
            "ps", .. all ? new[] { "-a" } : [], "--format", "{{.ID}} {{.Names}}",
            "--filter", $"label=com.docker.compose.project={_project}",
            "--filter", $"label=com.docker.compose.service={service}"]);
        return [.. rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split(' '))
            .Select(row => new StackContainer(row[0], row[1])).OrderBy(container => container.Name)];
    }

    /// <summary>
    /// The project folder: the compose file as it is; the stand-in with the base image that is here and the kind
    /// that is asked for as its Dockerfile's defaults, since the compose file passes no build arguments.
    /// </summary>
    private async Task PrepareAsync(StackOptions options)
    {
        string source = Path.Combine(AppContext.BaseDirectory, "Stack");
        _folder.CreateSubdirectory("webapp");
        foreach (string file in (string[])["docker-compose2.yml", "webapp/app.js"])
        {
            File.Copy(Path.Combine(source, file), Path.Combine(_folder.FullName, file));
        }

        string dockerfile = await File.ReadAllTextAsync(Path.Combine(source, "webapp/Dockerfile2"));
        string kind = options.Kind.ToString().ToLowerInvariant();
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "webapp/Dockerfile2"),
            dockerfile.Replace("ARG NODE=node:22-slim", $"ARG NODE={await NodeImageAsync()}", StringComparison.Ordinal)
                .Replace("ARG KIND=exits", $"ARG KIND={kind}", StringComparison.Ordinal));
        if (OverrideOf(options) is { Length: > 0 } more)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "more.yml"), more);
            _files.AddRange(["-f", "more.yml"]);
        }
    }

    /// <summary>What the options say beside the report's file, as a second compose file; empty where they say nothing.</summary>
    private static string OverrideOf(StackOptions options)
    {
        string web = Section("labels", options.MoreLabels);
        string proxy = Section("environment", options.ProxyVariables) + Section(
            "volumes", options.EngineSocket is { } socket ? [$"{socket}:/var/run/docker.sock:ro"] : []);
        return web.Length + proxy.Length == 0
            ? ""
            : $"version: '3.7'\nservices:\n{Service(WebService, web)}{Service(ProxyService, proxy)}";

        static string Section(string name, IReadOnlyList<string> entries) => entries.Count == 0
            ? ""
            : $"    {name}:\n" + string.Concat(entries.Select(entry => $"      - \"{entry}\"\n"));

        static string Service(string name, string sections) => sections.Length == 0 ? "" : $"  {name}:\n{sections}";
    }

    private async Task<string> TryProxyLogAsync()
    {
        try
        {
            return await ProxyLogAsync();
        }
        catch (InvalidOperationException)
        {
            return "(there is no proxy container)";
        }
    }
}
