using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Http;
using PipeProxy.Core.Routing;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>What every connection shares: the snapshot, options, the stages, and the list of what is open.</summary>
public sealed class DataPlane
{
    /// <summary>While draining, an idle keep-alive connection ends after this many milliseconds without a byte.</summary>
    internal const int DrainIdleTimeout = 1_000;

    private readonly Lock _gate = new();
    private readonly ConfigurationQueue _configuration;
    private readonly ConcurrentDictionary<string, Func<Worker, Connection>> _internalBackends = new(StringComparer.Ordinal);
    private readonly int _workerCount;
    private DownstreamConnection? _first;
    private int _count;
    private volatile bool _draining;
    private TaskCompletionSource? _allClosed;

    /// <param name="configuration">Owner of the snapshot that requests are routed by.</param>
    /// <param name="limits">Bounds of heads, chunks and trailers.</param>
    /// <param name="options">Timeouts and bounds towards backends; those towards clients are the entry point's.</param>
    /// <param name="workerCount">Workers of the transport.</param>
    /// <param name="clock">Source of Date.</param>
    /// <param name="logger">Where failed attempts and cuts are told.</param>
    public DataPlane(ConfigurationQueue configuration, HttpLimits limits, ForwardingOptions options, int workerCount, TimeProvider clock, ILogger logger)
    {
        _configuration = configuration;
        _workerCount = workerCount;
        Clock = clock;
        Limits = limits;
        Options = options;
        Log = new ForwardingLog(logger);
        Date = new DateField(clock);
        ReplayMemory = new ReplayMemory(options.ReplayBytesInAll);
        Attempts = new AttemptLoop(this);
        Forwarder = new RequestForwarder(this);
        ServerName = Encoding.ASCII.GetBytes(Environment.MachineName);
        // 48 random bits from the kernel; the runtime's RandomNumberGenerator would map OpenSSL for them.
        ViaPseudonym = Encoding.ASCII.GetBytes("pipeproxy-" + Guid.NewGuid().ToString("N")[..12]);
    }

    /// <summary>Set once by <see cref="Drain"/>: no connection is kept after its answer.</summary>
    public bool IsDraining => _draining;

    /// <summary>Client connections that are open.</summary>
    public int ConnectionCount => Volatile.Read(ref _count);

    /// <summary>Requests under way.</summary>
    public long ActiveRequests => Requests.Active;

    /// <summary>Requests since the start.</summary>
    public long TotalRequests => Requests.Total;

    /// <summary>Time of latencies and probes.</summary>
    internal TimeProvider Clock { get; }

    internal HttpLimits Limits { get; }

    internal ForwardingOptions Options { get; }

    internal ForwardingLog Log { get; }

    internal DateField Date { get; }

    internal ReplayMemory ReplayMemory { get; }

    internal RequestCounter Requests { get; } = new();

    internal AttemptLoop Attempts { get; }

    internal RequestForwarder Forwarder { get; }

    /// <summary>Host name of the proxy, for X-Forwarded-Server.</summary>
    internal byte[] ServerName { get; }

    /// <summary>Our name in Via, random per process, by which a loop is known (rule 12).</summary>
    internal byte[] ViaPseudonym { get; }

    internal ProxyState State => _configuration.Current;

    /// <summary>Serves <paramref name="connection"/> until it ends. Does not block and does not throw.</summary>
    public void Serve(Connection connection, EntryPoint entryPoint)
    {
        DownstreamConnection downstream = new(this, connection, entryPoint);
        lock (_gate)
        {
            downstream.Next = _first;
            if (_first is { } first)
            {
                first.Previous = downstream;
            }

            _first = downstream;
            _count++;
        }

        _ = downstream.RunAsync();
    }

    /// <summary>
    /// Makes <paramref name="connect"/> the way to the backend inside the process whose URL is <paramref name="url"/>
    /// (a server definition without an address).
    /// </summary>
    public void AddInternalBackend(string url, Func<Worker, Connection> connect) => _internalBackends[url] = connect;

    /// <summary>Carries a configuration change out on pools and waiting requests. Called by the configuration's consumer.</summary>
    public void Apply(ProxyStateChange change)
    {
        foreach (BackendChange one in change.Backends)
        {
            BackendRuntime runtime = RuntimeOf(one.Backend);
            switch (one.After)
            {
                case null:
                    runtime.Retire();
                    break;
                case BackendState.Draining:
                    runtime.Drain();
                    break;
                case BackendState.Paused:
                    runtime.Freeze();
                    break;
                case BackendState.Ejected:
                    Eject(one, runtime);
                    break;
                default:
                    runtime.Undrain();
                    break;
            }
        }

        foreach (ServiceState service in State.ServiceStates)
        {
            (service.Service.Runtime as ServiceRuntime)?.Hold.OnChange(service.Set);
        }
    }

    /// <summary>
    /// Ends gracefully: no connection is kept after its answer, idle ones close after 1 s without a byte, what is left
    /// at <paramref name="deadline"/> is cut. Completes when the last connection has closed. Listeners are the caller's.
    /// </summary>
    public async Task DrainAsync(TimeSpan deadline)
    {
        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _draining = true;
            _allClosed = closed;
            if (_count == 0)
            {
                closed.TrySetResult();
            }
        }

        ForEach(static c => c.ShortenIdle(DrainIdleTimeout));
        if (await Task.WhenAny(closed.Task, Task.Delay(deadline)) != closed.Task)
        {
            Log.DrainDeadline(ConnectionCount);
            ForEach(static c => c.Abort());
            await Task.WhenAny(closed.Task, Task.Delay(TimeSpan.FromSeconds(1)));
        }
    }

    internal Route? FindRoute(Exchange exchange)
    {
        return State.RoutesOf(exchange.EntryPoint.Name).Find(new RouteRequest(exchange.Head, exchange.Client.RemoteEndPoint?.Address));
    }

    /// <summary>The answer of a service that is no set of backends: <c>ping@internal</c>.</summary>
    internal LocalAnswer? AnswerOfInternalService(Service service) => ReferenceEquals(service.Name, InternalServices.Ping) || service.Name == InternalServices.Ping
        ? IsDraining ? new LocalAnswer(503, "Draining.") : new LocalAnswer(200, "OK", EndsLine: false)
        : null;

    internal BackendRuntime RuntimeOf(Backend backend) => BackendRuntime.Of(backend, _workerCount, Options, Limits, Clock);

    internal ServiceRuntime ServiceOf(Service service) => ServiceRuntime.Of(service, this);

    internal HoldQueue HoldQueueOf(Service service) => ServiceOf(service).Hold;

    /// <summary>Hands over what an attempt found out about its backend.</summary>
    internal void Report(Backend backend, BackendSignal signal) => _configuration.Report(backend, signal);

    /// <summary>Opens a connection to <paramref name="backend"/>; throws what the transport throws.</summary>
    internal ValueTask<Connection> ConnectAsync(Backend backend, Worker worker, int timeoutMilliseconds)
    {
        if (backend.Address is { } address)
        {
            return worker.ConnectAsync(address, timeoutMilliseconds);
        }

        return _internalBackends.TryGetValue(backend.Url, out Func<Worker, Connection>? connect)
            ? new ValueTask<Connection>(connect(worker))
            : ValueTask.FromException<Connection>(new IOException($"There is no backend '{backend.Url}' inside this process."));
    }

    internal void Forget(DownstreamConnection connection)
    {
        lock (_gate)
        {
            if (connection.Previous is { } previous)
            {
                previous.Next = connection.Next;
            }
            else
            {
                _first = connection.Next;
            }

            if (connection.Next is { } next)
            {
                next.Previous = connection.Previous;
            }

            connection.Next = connection.Previous = null;
            if (--_count == 0)
            {
                _allClosed?.TrySetResult();
            }
        }
    }

    private void Eject(in BackendChange change, BackendRuntime runtime)
    {
        runtime.Undrain();
        (int rerouted, int waiting) = runtime.Eject(State.SetOf(change.Service) ?? BackendSet.Empty);
        Log.Ejected(change.Service.Name, change.Backend.Url, rerouted, waiting);
    }

    private void ForEach(Action<DownstreamConnection> action)
    {
        List<DownstreamConnection> all = [];
        lock (_gate)
        {
            for (DownstreamConnection? c = _first; c is not null; c = c.Next)
            {
                all.Add(c);
            }
        }

        all.ForEach(action);
    }
}
