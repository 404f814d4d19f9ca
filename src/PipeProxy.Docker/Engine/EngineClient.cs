using System.Globalization;
using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using PipeProxy.Docker.Labels;

namespace PipeProxy.Docker.Engine;

/// <summary>
/// The engine's API as far as it is used: GET on <c>/containers/json</c>, <c>/containers/{id}/json</c> and <c>/events</c>, nothing
/// else, and without a version in the path, so that old and new engines answer each in their own.
/// Throws what went wrong; answers are never logged.
/// </summary>
internal sealed class EngineClient : IDisposable
{
    /// <summary>An engine that takes longer to answer is treated as away.</summary>
    private static readonly TimeSpan _answerTimeout = TimeSpan.FromSeconds(20);

    private readonly DockerClient _client;
    private readonly TimeProvider _clock;

    public EngineClient(EngineEndpoint endpoint, TimeProvider clock)
    {
        _clock = clock;
        _client = new DockerClientBuilder()
            .WithEndpoint(endpoint.Url)
            .WithTimeout(Timeout.InfiniteTimeSpan)
            .WithTransportOptions(new EngineTransport(), endpoint)
            .Build();
    }

    /// <summary>Running, paused and restarting containers.</summary>
    public Task<IList<ContainerListResponse>> ListAsync(CancellationToken cancellation) =>
        WithTimeout(token => _client.Containers.ListContainersAsync(new ContainersListParameters(), token), cancellation);

    /// <summary>One container, or null where the engine knows none of this id.</summary>
    private async Task<ContainerInspectResponse?> InspectAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return await WithTimeout(token => _client.Containers.InspectContainerAsync(id, token), cancellation);
        }
        catch (DockerApiException answer) when (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// The facts of a container, or null where it does not run. One that lives in another's network
    /// (<c>network_mode: container:...</c>) is reached where that one is, and that one is asked for too.
    /// </summary>
    public async Task<ContainerFacts?> FactsAsync(string id, CancellationToken cancellation)
    {
        if (await InspectAsync(id, cancellation) is not { } answer || FactsReader.Facts(answer) is not { } facts)
        {
            return null;
        }

        const string shared = "container:";
        if (facts.NetworkMode.StartsWith(shared, StringComparison.Ordinal) && await InspectAsync(facts.NetworkMode[shared.Length..], cancellation) is { } host)
        {
            facts = facts with
            {
                Networks = FactsReader.Networks(host.NetworkSettings?.Networks),
                NetworkMode = host.HostConfig?.NetworkMode == "host" ? "host" : facts.NetworkMode,
            };
        }

        return facts;
    }

    /// <summary>The events from <paramref name="since"/> on. Returns when the engine has opened the stream.</summary>
    public async Task<EventStream> OpenEventsAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        var parameters = new ContainerEventsParameters
        {
            Since = since.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["type"] = Names("container", "network"),
                ["event"] = Names("start", "die", "kill", "stop", "pause", "unpause", "health_status", "destroy", "rename", "update", "connect", "disconnect"),
            },
        };
#pragma warning disable CS0618 // The overload that is recommended does not tell when the stream is open, and the list must come after that.
        return new EventStream(await WithTimeout(token => _client.System.MonitorEventsAsync(parameters, token), cancellation));
#pragma warning restore CS0618
    }

    public void Dispose() => _client.Dispose();

    private static Dictionary<string, bool> Names(params string[] names) => names.ToDictionary(static n => n, static _ => true);

    private async Task<T> WithTimeout<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(_answerTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            return await request(either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"the engine has not answered for {_answerTimeout.TotalSeconds:0} s");
        }
    }
}
