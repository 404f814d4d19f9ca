using System.Globalization;
using System.Text.Json;
using PipeProxy.EndToEnd.Harness;
using static PipeProxy.EndToEnd.Harness.DockerHost;

namespace PipeProxy.EndToEnd.Image;

/// <summary>The image: small, and the same on whatever base it is built.</summary>
[Trait("Category", "Docker")]
public sealed class ImageTests
{
    private const string PublicBase = "mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled";
    private const string StandInBase = "pipeproxy-test/public-base:stand-in";
    // Variables of the Dockerfile; a base may have others, which nothing of ours reads.
    private static readonly string[] s_stated =
        ["PATH", "ASPNETCORE_HTTP_PORTS", "DOTNET_RUNNING_IN_CONTAINER", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"];

    private const string Rebuilt = "pipeproxy-test/rebuilt:e2e";

    [DockerFact]
    public async Task Image_AsBuilt_IsUnder40Megabytes()
    {
        long size = long.Parse(await InspectAsync(ProxyImage, "{{.Size}}"), CultureInfo.InvariantCulture);

        Assert.InRange(size, 1_000_000, 40_000_000);
    }

    [DockerFact]
    public async Task Image_AsBuilt_SaysWhatTheDockerfileStates()
    {
        using JsonDocument config = await ConfigAsync(ProxyImage);
        JsonElement root = config.RootElement;

        Assert.Equal("0:0", root.GetProperty("User").GetString());
        Assert.Equal("/", root.GetProperty("WorkingDir").GetString());
        Assert.Equal("SIGTERM", root.GetProperty("StopSignal").GetString());
        Assert.Equal("""["pipeproxy"]""", root.GetProperty("Entrypoint").GetRawText());
        Assert.Equal("""["CMD","pipeproxy","health"]""", root.GetProperty("Healthcheck").GetProperty("Test").GetRawText());
        Assert.Equal(
            ["80/tcp", "8080/tcp"], root.GetProperty("ExposedPorts").EnumerateObject().Select(port => port.Name).Order());
        JsonElement labels = root.GetProperty("Labels");
        Assert.Equal("PipeProxy", labels.GetProperty("org.opencontainers.image.title").GetString());
        Assert.Equal("MIT", labels.GetProperty("org.opencontainers.image.licenses").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", labels.GetProperty("org.opencontainers.image.version").GetString()!);
        Assert.Contains("ASPNETCORE_HTTP_PORTS=", root.GetProperty("Env").EnumerateArray().Select(item => item.GetString()));
    }

    /// <summary>
    /// The same Dockerfile on the public base, or, where that cannot be had, on an empty one that says of itself
    /// what the public one says, and more: the Dockerfile must leave nothing of it in force.
    /// </summary>
    [DockerFact]
    public async Task Image_OnThePublicBase_IsConfiguredAlike()
    {
        string other = await HasImageAsync(PublicBase) ? PublicBase : await StandInAsync();
        try
        {
            string labels = await InspectAsync(ProxyImage, "{{json .Config.Labels}}");
            using JsonDocument known = JsonDocument.Parse(labels);
            await DockerAsync(
                "build", "-f", Path.Combine(Checkout.Root, "docker/Dockerfile"), "-t", Rebuilt,
                "--build-arg", $"BASE={other}",
                "--build-arg", $"VERSION={known.RootElement.GetProperty("org.opencontainers.image.version").GetString()}",
                "--build-arg", $"REVISION={known.RootElement.GetProperty("org.opencontainers.image.revision").GetString()}",
                Checkout.Root);

            using JsonDocument expected = await ConfigAsync(ProxyImage);
            using JsonDocument actual = await ConfigAsync(Rebuilt);
            Assert.Equal(Sorted(expected.RootElement), Sorted(actual.RootElement));
        }
        finally
        {
            await Command.RunAsync("docker", ["rmi", Rebuilt, StandInBase]);
        }
    }

    [DockerFact]
    public async Task Image_Started_SaysItsVersion()
    {
        string version = await DockerAsync("run", "--rm", "--network", "none", ProxyImage, "version");

        Assert.Contains(
            await InspectAsync(ProxyImage, "{{index .Config.Labels \"org.opencontainers.image.version\"}}"),
            version, StringComparison.Ordinal);
    }

    private static async Task<string> StandInAsync()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("pipeproxy-e2e-");
        string archive = Path.Combine(folder.FullName, "empty.tar");
        try
        {
            (await Command.RunAsync("tar", ["-C", folder.FullName, "-cf", archive, "--files-from", "/dev/null"])).Expect();
            await DockerAsync(
                "import",
                "--change", "ENV PATH=/usr/bin:/bin",
                "--change", "ENV APP_UID=1654",
                "--change", "ENV ASPNETCORE_HTTP_PORTS=8080",
                "--change", "ENV DOTNET_RUNNING_IN_CONTAINER=true",
                "--change", "ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=true",
                "--change", "USER 1654",
                "--change", "WORKDIR /app",
                "--change", "CMD [\"/bin/bash\"]",
                archive, StandInBase);
            return StandInBase;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<JsonDocument> ConfigAsync(string image) =>
        JsonDocument.Parse(await InspectAsync(image, "{{json .Config}}"));

    // Image is the base's id; the order of variables and labels is the base's affair.
    private static string Sorted(JsonElement config) => string.Join('\n', config.EnumerateObject()
        .Where(property => property.Name is not "Image" and not "Hostname")
        .OrderBy(property => property.Name, StringComparer.Ordinal)
        .Select(property => $"{property.Name}: {Value(property)}"));

    private static string Value(JsonProperty property) => property.Name switch
    {
        "Env" => string.Join(' ', property.Value.EnumerateArray().Select(item => item.GetString()!)
            .Where(item => s_stated.Contains(item.Split('=')[0])).Order(StringComparer.Ordinal)),
        "Labels" => string.Join(' ', property.Value.EnumerateObject()
            .Where(label => !label.Name.StartsWith("org.opencontainers.image.ref", StringComparison.Ordinal)
                && label.Name is not "org.opencontainers.image.base.name")
            .Select(label => $"{label.Name}={label.Value}").Order(StringComparer.Ordinal)),
        // An empty list and none are the same: no argument beside the entry point.
        "Cmd" => property.Value.ValueKind == JsonValueKind.Array ? property.Value.GetArrayLength().ToString(CultureInfo.InvariantCulture) : "0",
        _ => property.Value.GetRawText(),
    };
}
