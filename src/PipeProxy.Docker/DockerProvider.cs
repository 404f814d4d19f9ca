using System.Collections.Immutable;
using Docker.DotNet.Models;
using PipeProxy.Core.Configuration;
using PipeProxy.Docker.Engine;
using PipeProxy.Docker.Labels;
using PipeProxy.Docker.Watch;

namespace PipeProxy.Docker;

/// <summary>What a single reading brought: a configuration, or the reason why there is none and the way out.</summary>
/// <param name="Configuration">Null where the engine could not be read.</param>
/// <param name="Error">Null where it could.</param>
public sealed record DockerReading(ProviderConfiguration? Configuration, string? Error);

/// <summary>
/// Follows a Docker engine and publishes the configuration its containers' labels make. Never throws and never gives up:
/// while the engine is away, what was published last stays in force, and the engine is tried again after 100 ms to 5 s.
/// All of it runs on the thread pool.
/// </summary>
public sealed class DockerProvider : IAsyncDisposable
{
    private static readonly TimeSpan _fileMountPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan _goodConnection = TimeSpan.FromSeconds(10);

    private readonly DockerOptions _options;
    private readonly DockerLog _log;
    private readonly TimeProvider _clock;
    private readonly Func<CancellationToken, Task<Surroundings>> _lookAround;
    private readonly ConfigurationPublisher _publisher;
    private readonly ContainerTable _table;
    private readonly Backoff _backoff;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private DateTimeOffset? _refusedSince;
    private bool _fileMountIsTold;
    private DateTimeOffset _connectedAt;
    private volatile bool _isConnected;
    private volatile string? _lastError;

    /// <summary>Makes a provider; <see cref="Start"/> begins.</summary>
    /// <param name="options">Where the engine is, and what of it is served.</param>
    /// <param name="publish">Takes each configuration, on a thread of the pool, one call at a time. Must not block for long.</param>
    /// <param name="log">Takes what is to be told.</param>
    /// <param name="clock">The time.</param>
    public DockerProvider(DockerOptions options, Action<ProviderConfiguration> publish, DockerLog log, TimeProvider clock)
        : this(options, publish, log, clock, Surroundings.ReadAsync, Random.Shared)
    {
    }

    internal DockerProvider(DockerOptions options, Action<ProviderConfiguration> publish, DockerLog log, TimeProvider clock,
        Func<CancellationToken, Task<Surroundings>> lookAround, Random random)
    {
        _options = options;
        _log = log;
        _clock = clock;
        _lookAround = lookAround;
        _publisher = new ConfigurationPublisher(options, publish, log);
        _table = new ContainerTable(log, clock, options.ForgetAfter);
        _backoff = new Backoff(random);
    }

    /// <summary>The event stream is open and the containers are known.</summary>
    public bool IsConnected => _isConnected;

    /// <summary>Why the engine can't be read, and the way out; null while it can.</summary>
    public string? LastError => _lastError;

    /// <summary>Begins, once.</summary>
    public void Start() => _running = Task.Run(() => RunAsync(_stopping.Token));

    /// <summary>Reads the engine once, and changes nothing: for <c>check</c>. Never throws but on cancellation.</summary>
    public static Task<DockerReading> ReadOnceAsync(DockerOptions options, TimeProvider clock, CancellationToken cancellation = default) =>
        ReadOnceAsync(options, clock, Surroundings.ReadAsync, cancellation);

    internal static async Task<DockerReading> ReadOnceAsync(DockerOptions options, TimeProvider clock, Func<CancellationToken, Task<Surroundings>> lookAround, CancellationToken cancellation)
    {
        if (EngineEndpoint.TryParse(options.Endpoint, out var endpoint) is { } wrong)
        {
            return new DockerReading(null, "--providers.docker.endpoint: " + wrong);
        }

        try
        {
            using var client = new EngineClient(endpoint!, clock);
            var around = await lookAround(cancellation);
            var context = new LabelContext(options, around.LocalNetworks, around.HostAddress);
            List<ContainerFacts> containers = [];
            foreach (var row in await client.ListAsync(cancellation))
            {
                if (context.IsOfInterest(FactsReader.LabelsOf(row)) && await client.FactsAsync(row.ID, cancellation) is { } facts)
                {
                    containers.Add(facts);
                }
            }

            return new DockerReading(LabelReader.Read(containers, context, ImmutableDictionary<string, string>.Empty).Configuration, null);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            var told = EngineFailure.Of(failure, endpoint!);
            return new DockerReading(null, told.IsRefusal && endpoint!.SocketPath is not null ? $"{told.Reason} If it is: {EngineFailure.FileMountCause}" : told.Reason);
        }
    }

    /// <summary>Ends it. What was published stays with whoever took it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _isConnected = false;
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        if (EngineEndpoint.TryParse(_options.Endpoint, out var endpoint) is { } wrong)
        {
            _lastError = "--providers.docker.endpoint: " + wrong;
            _log.Lost(_lastError);
            return;
        }

        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                using var client = new EngineClient(endpoint!, _clock);
                var parts = new SessionParts(_log, _clock, _lookAround, containers => Connected(endpoint!, containers));
                using var session = new EngineSession(client, endpoint!, _table, _publisher, parts);
                await session.RunAsync(cancellation);
            }
            catch (Exception failure)
            {
                if (cancellation.IsCancellationRequested)
                {
                    return;
                }

                // A failed connect may complete on a socket's thread.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                Failed(failure, endpoint!);
            }

            try
            {
                await Task.Delay(_backoff.Next(), _clock, cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Connected(EngineEndpoint endpoint, int containers)
    {
        _isConnected = true;
        _lastError = null;
        _refusedSince = null;
        _fileMountIsTold = false;
        _connectedAt = _clock.GetUtcNow();
        _log.Connected(endpoint.Text, containers);
    }

    private void Failed(Exception failure, EngineEndpoint endpoint)
    {
        var told = EngineFailure.Of(failure, endpoint);
        var before = _lastError;
        // One that lasted was a good one; one that breaks at once again and again is tried at growing pauses.
        if (_isConnected && _clock.GetUtcNow() - _connectedAt >= _goodConnection)
        {
            _backoff.Reset();
        }

        _isConnected = false;
        _lastError = told.Reason;
        if (told.Reason != before)
        {
            _log.Lost(told.Reason);
        }

        if (!told.IsRefusal || endpoint.SocketPath is null)
        {
            _refusedSince = null;
            return;
        }

        _refusedSince ??= _clock.GetUtcNow();
        if (!_fileMountIsTold && _clock.GetUtcNow() - _refusedSince >= _fileMountPatience)
        {
            _fileMountIsTold = true;
            _log.FileMount(endpoint.Text, EngineFailure.FileMountCause);
        }
    }
}
