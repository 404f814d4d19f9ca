namespace PipeProxy.Docker.Engine;

/// <summary>Where the Docker engine listens.</summary>
/// <param name="SocketPath">Path of the unix socket; null for TCP.</param>
/// <param name="Url">Base of the requests: <c>http://localhost/</c> for a unix socket.</param>
/// <param name="Text">As people write it.</param>
internal sealed record EngineEndpoint(string? SocketPath, Uri Url, string Text)
{
    /// <summary>The engine's own default.</summary>
    public const string Default = "unix:///var/run/docker.sock";

    /// <summary>Reads an endpoint; null or empty means <c>DOCKER_HOST</c>, else the default. Returns what is wrong with it, or null.</summary>
    public static string? TryParse(string? text, out EngineEndpoint? endpoint)
    {
        endpoint = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            text = Environment.GetEnvironmentVariable("DOCKER_HOST");
        }

        text = string.IsNullOrWhiteSpace(text) ? Default : text.Trim();
        if (text.StartsWith("unix://", StringComparison.OrdinalIgnoreCase))
        {
            var path = text[7..];
            if (!path.StartsWith('/'))
            {
                return $"{text} names no absolute path: write unix:///var/run/docker.sock";
            }

            endpoint = new EngineEndpoint(path, new Uri("http://localhost/"), text);
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
        {
            return $"{text} is no endpoint: write unix:///path/of/docker.sock or tcp://host:port";
        }

        if (url.Scheme is not ("tcp" or "http"))
        {
            return $"{url.Scheme} is not served by this version: write unix:///path/of/docker.sock or tcp://host:port (a socket proxy without TLS)";
        }

        var port = url.Port > 0 ? url.Port : 2375;
        endpoint = new EngineEndpoint(null, new UriBuilder(Uri.UriSchemeHttp, url.Host, port).Uri, text);
        return null;
    }
}
