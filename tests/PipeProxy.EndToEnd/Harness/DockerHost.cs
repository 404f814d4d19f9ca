namespace PipeProxy.EndToEnd.Harness;

/// <summary>The Docker Engine of this machine, by its command line clients.</summary>
internal static class DockerHost
{
    /// <summary>The image under test; the tests tag it as the compose file calls it.</summary>
    public const string ProxyImage = "pipeproxy:dev";

    private const string PublicNode = "node:22-slim";
    private const string LocalNode = "pipeproxy-test/node:local";

    private static readonly Lazy<Task<string?>> s_trouble = new(FindTroubleAsync);
    private static readonly Lazy<Task<string>> s_node = new(FindNodeAsync);
    private static string[] s_compose = [];

    /// <summary>Why tests that need Docker are skipped; null where they run. With CI set they always run, and fail.</summary>
    // No initialiser: what it waits for uses this class, on another thread.
    public static string? SkipReason => s_trouble.Value.GetAwaiter().GetResult() is { } trouble && !OnCi ? trouble : null;

    private static bool OnCi => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));

    /// <summary>Runs the docker client and gives its output.</summary>
    public static async Task<string> DockerAsync(params string[] arguments) =>
        (await Command.RunAsync("docker", arguments)).Expect();

    /// <summary>Runs compose, the client's plugin or the program of old, and gives its output.</summary>
    public static async Task<string> ComposeAsync(string folder, params string[] arguments)
    {
        if (await s_trouble.Value is { } trouble)
        {
            throw new InvalidOperationException(trouble);
        }

        return (await Command.RunAsync(s_compose[0], [.. s_compose[1..], .. arguments], folder)).Expect();
    }

    /// <summary>One property of a container, image or network, by a Go template.</summary>
    public static Task<string> InspectAsync(string name, string template) =>
        DockerAsync("inspect", "-f", template, name);

    /// <summary>Whether an image is there.</summary>
    public static async Task<bool> HasImageAsync(string image) =>
        (await Command.RunAsync("docker", ["image", "inspect", image])).ExitCode == 0;

    /// <summary>The name of an image with node on its PATH: the public one where it is here, else this machine's node, else a pull.</summary>
    public static Task<string> NodeImageAsync() => s_node.Value;

    /// <summary>Builds the stand-in application, of the kind that exits, and gives the image's name.</summary>
    public static async Task<string> WebAppImageAsync()
    {
        const string Image = "pipeproxy-test/webapp:e2e";
        string folder = Path.Combine(AppContext.BaseDirectory, "Stack/webapp");
        await DockerAsync(
            "build", "-f", Path.Combine(folder, "Dockerfile2"), "-t", Image, "--build-arg", $"NODE={await NodeImageAsync()}", folder);
        return Image;
    }

    private static async Task<string?> FindTroubleAsync()
    {
        if (Command.Find("docker") is null)
        {
            return "the docker client is not installed";
        }

        if ((await Command.RunAsync("docker", ["version"])).ExitCode != 0)
        {
            return "no Docker Engine answers (docker version fails)";
        }

        if ((await Command.RunAsync("docker", ["compose", "version"])).ExitCode == 0)
        {
            s_compose = ["docker", "compose"];
        }
        else if (Command.Find("docker-compose") is not null)
        {
            s_compose = ["docker-compose"];
        }

        return s_compose.Length == 0
            ? "neither the compose plugin of docker nor docker-compose is installed"
            : null;
    }

    private static async Task<string> FindNodeAsync()
    {
        if (await HasImageAsync(PublicNode))
        {
            return PublicNode;
        }

        if (Command.Find("node") is { } node)
        {
            string makeBase = Path.Combine(Checkout.Root, "docker", "make-base");
            // Debian's node reads parts of itself from there.
            string[] parts = [.. new[] { "/usr/share/nodejs" }.Where(Directory.Exists)];
            (await Command.RunAsync(makeBase, [node, LocalNode, node, .. parts])).Expect();
            return LocalNode;
        }

        await DockerAsync("pull", PublicNode);
        return PublicNode;
    }
}
