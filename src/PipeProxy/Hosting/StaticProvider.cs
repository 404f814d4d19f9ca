using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using PipeProxy.Cli.Options;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Hosting;

/// <summary>
/// Publishes the backends of the command line. Names are resolved off the loop every 10 s, each address a backend; a
/// name that cannot be resolved keeps its last good answer.
/// </summary>
internal sealed class StaticProvider : IAsyncDisposable
{
    /// <summary>Name of the provider.</summary>
    public const string Name = "static";

    private static readonly TimeSpan ResolveInterval = TimeSpan.FromSeconds(10);
    private readonly StaticBackendOptions _options;
    private readonly Action<ProviderConfiguration> _publish;
    private readonly ILogger _log;
    private readonly Dictionary<string, IPAddress[]> _resolved = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _unresolved = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _stopping = new();
    private Task? _running;

    public StaticProvider(StaticBackendOptions options, Action<ProviderConfiguration> publish, ILogger log)
    {
        _options = options;
        _publish = publish;
        _log = log;
    }

    /// <summary>Begins to resolve and publish.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_running is not null)
        {
            await _running;
        }

        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using PeriodicTimer timer = new(ResolveInterval);
        try
        {
            do
            {
                _publish(await ReadAsync());
            }
            while (_options.Backends.Any(static b => !IPAddress.TryParse(b.Host, out _)) && await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private async Task<ProviderConfiguration> ReadAsync()
    {
        List<ServerDefinition> servers = [];
        List<ConfigurationProblem> problems = [];
        foreach (StaticBackend backend in _options.Backends)
        {
            IPAddress[] addresses = await ResolveAsync(backend.Host);
            if (addresses.Length == 0)
            {
                problems.Add(new ConfigurationProblem("command line", "--backend", $"the name '{backend.Host}' in {backend.Url} cannot be resolved; it is tried again every 10 s"));
            }

            foreach (IPAddress address in addresses)
            {
                IPEndPoint endPoint = new(address, backend.Port);
                string url = $"http://{endPoint}";
                if (servers.All(s => s.Url != url))
                {
                    servers.Add(new ServerDefinition { Identity = url, Instance = url, Url = url, DisplayName = backend.Url, Address = endPoint });
                }
            }
        }

        return new ProviderConfiguration
        {
            Provider = Name,
            Routers = [new RouterDefinition { Name = "backends", Rule = _options.Rule, Service = "backends", Source = "command line" }],
            Services =
            [
                new ServiceDefinition
                {
                    Name = "backends",
                    Servers = [.. servers],
                    Sticky = _options.StickyCookie is { } cookie ? new StickyCookie { Name = cookie, HttpOnly = true } : null,
                    Source = "command line",
                },
            ],
            Problems = [.. problems],
        };
    }

    private async Task<IPAddress[]> ResolveAsync(string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            return [literal];
        }

        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, _stopping.Token);
            // The order of an answer means nothing: a stable one keeps the configuration the same.
            _resolved[host] = [.. addresses.OrderBy(static a => a.ToString(), StringComparer.Ordinal)];
            _unresolved.Remove(host);
        }
        catch (SocketException e)
        {
            if (_unresolved.Add(host))
            {
                HostLog.CannotResolve(_log, host, e.Message);
            }
        }

        return _resolved.GetValueOrDefault(host, []);
    }
}
