using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using PipeProxy.Core.Configuration;
using PipeProxy.Docker.Engine;

namespace PipeProxy.Docker.Tests.Watch;

#pragma warning disable CA1001 // Disposed by xunit, through IAsyncLifetime.
/// <summary>A provider, the fake engine it follows, and time that a test moves.</summary>
public abstract class ProviderHarness : IAsyncLifetime
#pragma warning restore CA1001
{
    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private protected FakeEngine Engine { get; } = new();
    private protected ManualClock Clock { get; } = new();
    private protected ConcurrentQueue<string> Log { get; } = new();
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private protected Channel<ProviderConfiguration> Published { get; } = Channel.CreateUnbounded<ProviderConfiguration>();
    private protected DockerProvider? Provider { get; set; }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (Provider is not null)
        {
            await Provider.DisposeAsync();
        }

        await Engine.DisposeAsync();
        Assert.DoesNotContain(Log, l => l.Contains("SECRET", StringComparison.Ordinal));
    }

    private protected static Task<Surroundings> LookAround(CancellationToken cancellation) =>
        Task.FromResult(new Surroundings([IPNetwork.Parse("172.18.0.0/16")], IPAddress.Loopback));

    private protected void Start(DockerOptions? options = null)
    {
        Provider = new DockerProvider(
            (options ?? new DockerOptions()) with { Endpoint = Engine.Endpoint, ExposedByDefault = false },
            c => Published.Writer.TryWrite(c),
            new DockerLog((_, line) =>
            {
                Log.Enqueue(line);
                _lines.Writer.TryWrite(line);
            }),
            Clock, LookAround, new Random(1));
        Provider.Start();
    }

    // The next configuration that has what is awaited. Configurations are whole, so that those between need not be looked at.
    private protected async Task<ProviderConfiguration> Until(Func<ProviderConfiguration, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var next = await Published.Reader.ReadAsync(patience.Token);
            if (wanted(next))
            {
                return next;
            }
        }
    }

    private protected async Task Logged(string part)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!(await _lines.Reader.ReadAsync(patience.Token)).Contains(part, StringComparison.Ordinal))
        {
        }
    }

    private protected static ImmutableArray<ServerDefinition> Servers(ProviderConfiguration configuration) => [.. configuration.Services.SelectMany(s => s.Servers)];

    private protected static bool Has(ProviderConfiguration configuration, ServerPresence presence) => Servers(configuration) is [var only] && only.Presence == presence;

    /// <summary>Lets the relist come: the loop waits for it, and nothing else is due between.</summary>
    private protected async Task RelistAsync()
    {
        await Clock.AdvanceWhenAwaitedAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60)).WaitAsync(Patience);
    }

    /// <summary>Lets changes that wait for company be published.</summary>
    private protected async Task CoalesceAsync()
    {
        try
        {
            await Clock.AdvanceWhenAwaitedAsync(TimeSpan.Zero, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20)).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Nothing waits to be published.\n{string.Join('\n', Log)}\n{string.Join('\n', Engine.Requests)}");
        }
    }
}
