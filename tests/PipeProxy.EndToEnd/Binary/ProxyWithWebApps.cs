using PipeProxy.EndToEnd.Harness;

namespace PipeProxy.EndToEnd.Binary;

/// <summary>The binary without Docker, in front of stand-in applications on this machine's node.</summary>
internal sealed class ProxyWithWebApps : IAsyncDisposable
{
    private readonly List<ServerProcess> _webApps = [];

    /// <summary>The proxy.</summary>
    public ServerProcess Proxy { get; private set; } = null!;

    /// <summary>Starts so many applications and the proxy with one <c>--backend</c> for each.</summary>
    public static async Task<ProxyWithWebApps> StartAsync(int webApps, params string[] flags)
    {
        var all = new ProxyWithWebApps();
        try
        {
            for (int number = 0; number < webApps; number++)
            {
                all._webApps.Add(await ServerProcess.StartWebAppAsync());
            }

            IEnumerable<string> backends = all._webApps.SelectMany(app => (string[])["--backend", $"http://{app.Address}"]);
            all.Proxy = await ServerProcess.StartProxyAsync([.. backends, .. flags]);
            return all;
        }
        catch
        {
            await all.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Proxy is not null)
        {
            await Proxy.DisposeAsync();
        }

        foreach (ServerProcess app in _webApps)
        {
            await app.DisposeAsync();
        }
    }
}
