using static PipeProxy.EndToEnd.Harness.DockerHost;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>The tag <c>traefik</c>, lent to the image under test, and given back to whom it belonged.</summary>
internal static class ProxyTag
{
    private const string Tag = "traefik:latest";
    private const string Kept = "pipeproxy-test/traefik-before:latest";

    /// <summary>Tags the image under test.</summary>
    /// <exception cref="InvalidOperationException">It is not there; says how to make it.</exception>
    public static async Task PutAsync()
    {
        if (!await HasImageAsync(ProxyImage))
        {
            throw new InvalidOperationException($"there is no image {ProxyImage}; `./build.sh image` makes it");
        }

        if (await HasImageAsync(Tag) && !await HasImageAsync(Kept)
            && await InspectAsync(Tag, "{{.Id}}") != await InspectAsync(ProxyImage, "{{.Id}}"))
        {
            await DockerAsync("tag", Tag, Kept);
        }

        await DockerAsync("tag", ProxyImage, Tag);
    }

    /// <summary>Takes the tag back.</summary>
    public static async Task TakeBackAsync()
    {
        if (await HasImageAsync(Kept))
        {
            await DockerAsync("tag", Kept, Tag);
            await DockerAsync("rmi", Kept);
        }
        else
        {
            // It may be gone already; then there is nothing to take back.
            await Command.RunAsync("docker", ["rmi", "--no-prune", Tag]);
        }
    }
}
