using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using PipeProxy.Admin;
using PipeProxy.Cli;
using PipeProxy.Cli.Options;
using PipeProxy.Cli.Status;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Middleware;
using PipeProxy.Core.Resilience;
using PipeProxy.Core.Telemetry;
using PipeProxy.Core.Transport;
using PipeProxy.Core.Transport.Sockets;
using PipeProxy.Docker;

namespace PipeProxy.Hosting;

/// <summary>
/// A running proxy: builds the parts, binds, waits for the first configuration, serves, and drains when told to stop.
/// </summary>
internal sealed class ProxyHost : IAsyncDisposable
{
    /// <summary>How long connections wait in the kernel's queue for the first answer of Docker before they are served without.</summary>
    private static readonly TimeSpan FirstConfigurationPatience = TimeSpan.FromSeconds(5);

    private readonly ProxyOptions _options;
    private readonly ILogger _log;
    private readonly ILoggerFactory _logs;
    private readonly SocketsTransport _transport;
    private readonly ConnectionLimit _connections;
    private readonly ConfigurationQueue _configuration;
    private readonly DataPlane _plane;
    private readonly BreakerMonitor _breakers;
    private readonly List<(SocketsListener Listener, EntryPoint EntryPoint)> _listeners = [];
    private StaticProvider? _static;
    private DockerProvider? _docker;
    private AdminApplication? _admin;
    private volatile bool _serving;

    private ProxyHost(ProxyOptions options, ILoggerFactory logs, int connections)
    {
        _options = options;
        _logs = logs;
        _log = logs.CreateLogger("main");
        SocketsTransport.EnableInlineCompletions();
        _transport = new SocketsTransport(TimeProvider.System, (int)options.Timeouts.TcpKeepAlive.TotalSeconds);
        _connections = new ConnectionLimit(connections);
        _configuration = new ConfigurationQueue(OptionMapping.Configuration(options), TimeProvider.System);
        _plane = new DataPlane(
            _configuration, OptionMapping.HttpLimits(options), OptionMapping.Forwarding(options), workerCount: 1, TimeProvider.System, logs.CreateLogger("forwarding"));
        PortProber prober = new(_transport.Worker, backend => _configuration.Report(backend, BackendSignal.PortOpen));
        ConfigurationLog changes = new(logs.CreateLogger("configuration"));
        _configuration.Applied += (state, change) =>
        {
            _plane.Apply(change);
            prober.Apply(change);
            changes.Applied(state, change);
        };
        _configuration.Faulted += changes.Faulted;
        _breakers = new BreakerMonitor(_configuration, TimeProvider.System);
        _breakers.Faulted += changes.CheckFaulted;
    }

    /// <summary>Serves until a signal says stop; returns the exit code.</summary>
    /// <exception cref="StartFailure">A port cannot be had.</exception>
    public static async Task<int> RunAsync(ProxyOptions options)
    {
        using Signals signals = new();
        using ProxyLog logs = ProxyLog.ToStandardError(options.Log.Level, options.Log.Format, options.Log.Colour);
        ILogger log = logs.CreateLogger("main");
        foreach (ConfigurationProblem problem in options.Problems)
        {
            StartLog.NotInForce(log, problem.Source, problem.Key, problem.Reason);
        }

        DescriptorLimit descriptors = DescriptorLimit.Raise();
        int connections = options.Limits.Connections ?? descriptors.Connections;
        StartLog.Descriptors(log, descriptors.Descriptors, connections);
        await using ProxyHost host = new(options, logs, connections);
        host.Bind();
        await using StatusSocket? status = StatusSocket.Open(options.StatusSocket, host.Health, log);
        await host.StartAsync(signals.Stopping);
        TaskCompletionSource stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (signals.Stopping.Register(() => stopping.TrySetResult()))
        {
            await stopping.Task;
        }

        StartLog.Stopping(log, signals.First ?? "");
        await host.StopAsync();
        return ExitCode.Ok;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach ((SocketsListener listener, _) in _listeners)
        {
            await listener.DisposeAsync();
        }

        if (_docker is not null)
        {
            await _docker.DisposeAsync();
        }

        if (_static is not null)
        {
            await _static.DisposeAsync();
        }

        if (_admin is not null)
        {
            await _admin.DisposeAsync();
        }

        await _breakers.DisposeAsync();
        await _configuration.DisposeAsync();
        _transport.Dispose();
    }

    /// <summary>Every address is bound before anything is served, so that a busy port is an error at the start.</summary>
    private void Bind()
    {
        foreach (EntryPointOptions entryPoint in _options.EntryPoints)
        {
            try
            {
                SocketsListener listener = _transport.Bind(new ListenAddress(entryPoint.Host, entryPoint.Port), _connections);
                _listeners.Add((listener, OptionMapping.EntryPoint(_options, entryPoint)));
            }
            catch (ListenException e)
            {
                throw StartFailure.CannotListen(entryPoint, (SocketException)e.InnerException!);
            }
        }
    }

    private async Task StartAsync(CancellationToken stopping)
    {
        List<Task> firsts = [_configuration.FirstConfiguration(InternalServices.Provider)];
        await StartAdminAsync();
        if (_options.Static is { } backends)
        {
            _static = new StaticProvider(backends, _configuration.Publish, _logs.CreateLogger("static"));
            _static.Start();
            firsts.Add(_configuration.FirstConfiguration(StaticProvider.Name));
        }

        if (_options.Docker is { } docker)
        {
            _docker = new DockerProvider(
                OptionMapping.Docker(docker), _configuration.Publish, DockerLogging.To(_logs.CreateLogger("docker")), TimeProvider.System);
            _docker.Start();
            firsts.Add(_configuration.FirstConfiguration("docker"));
        }

        // Until then clients wait in the kernel's queue: nobody gets a 404 because Docker has not answered yet.
        await Task.WhenAny(Task.WhenAll(firsts), Task.Delay(FirstConfigurationPatience, stopping));
        foreach ((SocketsListener listener, EntryPoint entryPoint) in _listeners)
        {
            listener.Start(connection => _plane.Serve(connection, entryPoint), error => StartLog.AcceptFailed(_log, entryPoint.Name, error));
            StartLog.Listening(_log, entryPoint.Name, listener.EndPoint);
        }

        _serving = true;
        ProxyState state = _configuration.Current;
        int servers = state.ServiceStates.Sum(static s => s.Set.Entries.Length);
        StartLog.Serving(_log, state.Routers.Length, servers);
    }

    /// <summary>The admin application exists only where somebody can reach it: it costs memory and the start's time.</summary>
    private async Task StartAdminAsync()
    {
        AdminOptions admin = _options.Admin;
        string? adminEntryPoint = _options.EntryPoints.FirstOrDefault(static e => e.IsAdmin)?.Name;
        _configuration.Publish(AdminConfiguration.Create(adminEntryPoint, admin.Api, admin.Insecure, admin.Ping, admin.PingEntryPoint));
        if (!admin.Api && !admin.Insecure)
        {
            return;
        }

        AdminSources sources = new()
        {
            Configuration = _configuration,
            DataPlane = _plane,
            EntryPoints = [.. _options.EntryPoints.Select(static e => new AdminEntryPoint(e.Name, e.Address))],
            Version = VersionText.Version,
            StartedAt = TimeProvider.System.GetUtcNow(),
            Providers = [.. new[] { _options.Docker is null ? null : "docker", _options.Static is null ? null : StaticProvider.Name }.OfType<string>()],
            Ping = admin.Ping,
            DockerConnected = () => _docker?.IsConnected ?? false,
        };
        _admin = await AdminApplication.StartAsync(sources, _logs);
        _plane.AddInternalBackend(AdminConfiguration.ApiBackend, _admin.Connect);
    }

    private StatusAnswer Health() => _plane.IsDraining ? StatusAnswer.Not("draining")
        : !_serving ? StatusAnswer.Not("starting: no configuration yet")
        : _options.Docker is not null && !_configuration.FirstConfiguration("docker").IsCompleted ? StatusAnswer.Not("Docker has not answered yet")
        : StatusAnswer.Ok;

    /// <summary>Accept queues are drained, listeners close, idle connections close, requests under way finish, the rest is cut at the deadline.</summary>
    private async Task StopAsync()
    {
        _serving = false;
        Task drained = _plane.DrainAsync(OptionMapping.GraceTimeout(_options));
        await Task.WhenAll(_listeners.Select(static l => l.Listener.StopAsync()));
        await drained;
    }
}
