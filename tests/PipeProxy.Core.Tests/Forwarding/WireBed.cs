using System.Collections.Immutable;
using System.Text;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Middleware;
using PipeProxy.Core.Tests.Transport;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>
/// A data plane with one entry point, one router and one service of scripted backends. Its end is a check of its own:
/// nothing was logged as a defect, and no connection to a backend was forgotten.
/// </summary>
internal sealed class WireBed : IAsyncDisposable
{
    /// <summary>The Date of the moment at which the clock of every test stands at first.</summary>
    public const string Date = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";

    private const string Provider = "test";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly WireBedOptions _options;
    private readonly EntryPoint _entryPoint;
    private readonly List<ScriptedPeer> _clients = [];
    private readonly List<WireServer> _servers = [];
    private readonly HashSet<Backend> _everSeen = [];

    private WireBed(IWireTransport wire, WireBedOptions options)
    {
        _options = options;
        Wire = wire;
        _entryPoint = new EntryPoint { Name = "web", Options = options.Forwarding, TrustsEverybody = options.TrustsEverybody };
        Backends = [.. Enumerable.Range(0, options.Backends).Select(_ => wire.Listen())];
        options.BeforeStart(Backends);
        Configuration = new ConfigurationQueue(
            new ConfigurationOptions
            {
                EntryPoints = [new EntryPointDefinition("web")],
                CompileMiddleware = d => options.Compile(d) ?? MiddlewareFactory.Create(d),
            },
            wire.Clock);
        Plane = new DataPlane(Configuration, options.Limits, options.Forwarding, workerCount: 1, wire.Clock, Log);
        Configuration.Applied += (state, change) =>
        {
            foreach (BackendChange one in change.Backends)
            {
                _everSeen.Add(one.Backend);
            }

            Plane.Apply(change);
        };
        Configuration.Faulted += e => Log.Log(Microsoft.Extensions.Logging.LogLevel.Error, default, e, e, static (s, _) => s.ToString());
    }

    public IWireTransport Wire { get; }

    public ImmutableArray<ScriptedBackend> Backends { get; }

    public ConfigurationQueue Configuration { get; }

    public DataPlane Plane { get; }

    public RecordingLog Log { get; } = new();

    /// <summary>The Via line that requests get.</summary>
    public string Via => $"Via: 1.1 {Encoding.ASCII.GetString(Plane.ViaPseudonym)}\r\n";

    /// <summary>Starts with every backend running.</summary>
    public static async Task<WireBed> StartAsync(IWireTransport wire, WireBedOptions options)
    {
        WireBed bed = new(wire, options);
        await bed.PublishAsync([.. Enumerable.Range(0, options.Backends).Select(i => bed.Server(i))]);
        return bed;
    }

    /// <summary>Backend number <paramref name="index"/> as a provider sees it.</summary>
    public ServerDefinition Server(int index, ServerPresence presence = ServerPresence.Running) =>
        ServerAt(Backends[index].EndPoint, presence) is var server ? server with { Identity = _options.IdentityPrefix + server.Identity } : server;

    public static ServerDefinition ServerAt(System.Net.IPEndPoint endPoint, ServerPresence presence = ServerPresence.Running)
    {
        string url = $"http://{endPoint}";
        return new ServerDefinition
        {
            Identity = url,
            Instance = url,
            Url = url,
            DisplayName = url,
            Address = endPoint,
            Presence = presence,
            AffinityAliases = [TraefikAffinity.Of(url)],
        };
    }

    /// <summary>Publishes exactly these servers; completes when they are in force.</summary>
    public Task PublishAsync(params ServerDefinition[] servers)
    {
        Configuration.Publish(new ProviderConfiguration
        {
            Provider = Provider,
            Routers = [new RouterDefinition { Name = "app", Rule = _options.Rule, Service = "app", Middlewares = [.. _options.Middlewares.Select(m => m.Name)] }],
            Services = [new ServiceDefinition { Name = "app", Servers = [.. servers], Sticky = _options.Sticky, PassHostHeader = _options.PassHostHeader, RetryMethods = _options.RetryMethods }],
            Middlewares = _options.Middlewares,
        });
        return Configuration.WhenAppliedAsync().WaitAsync(s_patience);
    }

    /// <summary>A client's connection to the entry point.</summary>
    public async Task<ScriptedPeer> ConnectAsync()
    {
        ScriptedPeer client = await Wire.ConnectAsync(connection => Plane.Serve(connection, _entryPoint));
        lock (_clients)
        {
            _clients.Add(client);
        }

        return client;
    }

    /// <summary>Lets backend number <paramref name="index"/> answer by itself.</summary>
    public WireServer Serve(int index, Func<WireRequest, WireAnswer> answer)
    {
        WireServer server = new(Backends[index], answer);
        _servers.Add(server);
        return server;
    }

    /// <summary>The instance behind backend number <paramref name="index"/>.</summary>
    public Backend Instance(int index) => Configuration.Current.ServiceStates
        .SelectMany(s => s.Set.Entries).Select(e => e.Backend).Single(b => b.Definition.Instance == Server(index).Instance);

    /// <summary>What forwarding keeps of backend number <paramref name="index"/>.</summary>
    public BackendRuntime Runtime(int index) => Plane.RuntimeOf(Instance(index));

    /// <summary>The cookie line that names backend number <paramref name="index"/>.</summary>
    public string CookieOf(int index) => $"Cookie: s={CookieValueOf(Server(index))}\r\n";

    public static string CookieValueOf(ServerDefinition server) => Encoding.ASCII.GetString(new Backend(server).AffinityText.Span);

    /// <summary>
    /// Moves time on, a step a tick, until <paramref name="task"/> has ended; returns how far. Whoever armed a
    /// deadline did so at some moment of it, so the sum is at least the deadline's length.
    /// </summary>
    public async Task<int> AdvanceUntilAsync(Task task, int step = 250)
    {
        int sum = 0;
        long start = Environment.TickCount64;
        while (!task.IsCompleted)
        {
            await AdvanceAsync(step, task);
            sum += step;
            Assert.True(Environment.TickCount64 - start < s_patience.TotalMilliseconds, $"Nothing happened in {sum} ms of the test's time.\n{Log}");
        }

        return sum;
    }

    /// <summary>
    /// Moves time on and gives those who wait a turn: what is due has fired, and what has fired has most likely run,
    /// when it returns.
    /// </summary>
    public async Task AdvanceAsync(int milliseconds, Task? until = null)
    {
        WorkerTimers timers = Wire.Worker.Timers;
        Wire.Advance(milliseconds);
        long start = Environment.TickCount64;
        while (until is not { IsCompleted: true } && (timers.NowMilliseconds < timers.ReadClock() || Environment.TickCount64 - start < 20))
        {
            await Task.Yield();
        }
    }

    /// <summary>Waits for something that no byte tells: a place in a pool or a queue.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        long start = Environment.TickCount64;
        while (!condition())
        {
            await Task.Yield();
            Assert.True(Environment.TickCount64 - start < s_patience.TotalMilliseconds, $"Not so: {what}.\n{Log}");
        }
    }

    /// <summary>Waits until <paramref name="count"/> connections to a backend lie idle.</summary>
    public Task PooledAsync(int index, int count) =>
        UntilAsync(() => Runtime(index).PoolOf(Wire.Worker).Count == count, $"{count} idle connections to backend {index}");

    /// <summary>Waits until <paramref name="count"/> requests wait for a backend.</summary>
    public Task HeldAsync(int count) => UntilAsync(
        () => Plane.HoldQueueOf(Configuration.Current.ServiceStates.Single().Service).Count == count, $"{count} held requests");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (ScriptedPeer client in _clients)
        {
            client.Dispose();
        }

        foreach (ScriptedBackend backend in Backends)
        {
            backend.Dispose();
        }

        _servers.ForEach(s => s.Dispose());
        await PublishAsync();
        await AdvanceUntilAsync(Plane.DrainAsync(TimeSpan.Zero));
        await Configuration.DisposeAsync();
        Assert.True(!Log.Errors.Any(), $"Logged as an error:\n{Log}");
        Assert.Equal(0, Plane.ConnectionCount);
        Assert.Equal(0, Plane.ActiveRequests);
        Assert.Equal(0, Plane.ReplayMemory.Used);
        Assert.All(_everSeen, b => Assert.Equal(0, Plane.RuntimeOf(b).OpenCount));
        await Wire.DisposeAsync();
    }
}
