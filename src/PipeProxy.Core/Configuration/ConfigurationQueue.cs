using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Routing;

namespace PipeProxy.Core.Configuration;

/// <summary>
/// One queue, one consumer: the owner of every change. Providers publish and the data plane reports from any thread;
/// the consumer merges, validates, compares with what runs, and swaps one reference where something changed.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "A queue is what it is, though no collection.")]
public sealed class ConfigurationQueue : IAsyncDisposable
{
    private const int BatchSize = 1024;

    private readonly Channel<Command> _commands = Channel.CreateUnbounded<Command>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _firsts = new(StringComparer.Ordinal);
    private readonly TimeProvider _clock;
    private readonly ConfigurationModel _model;
    private readonly ITimer _timer;
    private readonly Task _consumer;
    private volatile ProxyState _current;

    /// <summary>Starts with an empty configuration.</summary>
    /// <param name="options">Entry points, and how middlewares are made.</param>
    /// <param name="clock">Times of states, and when retained objects are dropped.</param>
    public ConfigurationQueue(ConfigurationOptions options, TimeProvider clock)
    {
        _clock = clock;
        _model = new ConfigurationModel(options, clock);
        _current = new ProxyState(0, options.EntryPoints, [.. options.EntryPoints.Select(_ => RouteTable.Empty)], []);
        _timer = clock.CreateTimer(static state => ((ConfigurationQueue)state!).Enqueue(new Command()), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _consumer = Task.Run(ConsumeAsync);
    }

    /// <summary>
    /// Told after each swap, on the consumer's thread: pools of removed instances are closed here, starting ones
    /// probed. A listener must not block; changes wait for it.
    /// </summary>
    public event Action<ProxyState, ProxyStateChange>? Applied;

    /// <summary>Told of an exception that a listener threw or that a defect of ours caused. The queue goes on with the last good snapshot.</summary>
    public event Action<Exception>? Faulted;

    /// <summary>The snapshot of this moment. One volatile read.</summary>
    public ProxyState Current => _current;

    /// <summary>Hands over a provider's whole configuration. Any thread; never blocks; ignored after disposal.</summary>
    public void Publish(ProviderConfiguration configuration) => Enqueue(new Command { Configuration = configuration });

    /// <summary>Hands over what the data plane found out. Any thread; never blocks; means nothing for an instance that is gone.</summary>
    public void Report(Backend backend, BackendSignal signal) => Enqueue(new Command { Backend = backend, Signal = signal });

    /// <summary>Hands over for which backends of a service a breaker's expression holds. Any thread; never blocks.</summary>
    public void Report(BreakerReport report) => Enqueue(new Command { Breakers = report });

    /// <summary>Completes when the first publication of <paramref name="provider"/> is in force.</summary>
    public Task FirstConfiguration(string provider) => FirstOf(provider).Task;

    /// <summary>Completes when everything handed over before this call is in force and <see cref="Applied"/> has been told.</summary>
    public Task WhenAppliedAsync()
    {
        var barrier = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_commands.Writer.TryWrite(new Command { Barrier = barrier }))
        {
            barrier.SetResult();
        }

        return barrier.Task;
    }

    /// <summary>Takes nothing more, and ends when what was handed over is in force.</summary>
    public async ValueTask DisposeAsync()
    {
        _commands.Writer.TryComplete();
        await _consumer;
        await _timer.DisposeAsync();
    }

    private void Enqueue(Command command) => _commands.Writer.TryWrite(command);

    private TaskCompletionSource FirstOf(string provider) =>
        _firsts.GetOrAdd(provider, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task ConsumeAsync()
    {
        var done = new List<TaskCompletionSource>();
        while (await _commands.Reader.WaitToReadAsync())
        {
            try
            {
                Consume(done);
            }
#pragma warning disable CA1031 // one bad listener must not end every further change
            catch (Exception e)
#pragma warning restore CA1031
            {
                Faulted?.Invoke(e);
            }

            foreach (var one in done)
            {
                one.TrySetResult();
            }

            done.Clear();
        }
    }

    // What has piled up is applied in one swap.
    private void Consume(List<TaskCompletionSource> done)
    {
        var changed = false;
        for (var i = 0; i < BatchSize && _commands.Reader.TryRead(out var command); i++)
        {
            if (command.Configuration is { } configuration)
            {
                changed |= _model.Publish(configuration);
                done.Add(FirstOf(configuration.Provider));
            }
            else if (command.Backend is { } backend)
            {
                changed |= _model.Report(backend, command.Signal);
            }
            else if (command.Barrier is { } barrier)
            {
                done.Add(barrier);
            }
        }

        changed |= _model.Forget();
        SetTimer();
        if (changed)
        {
            var previous = _current;
            var next = _model.Build(previous);
            _current = next;
            Applied?.Invoke(next, ProxyStateChange.Between(previous, next));
        }
    }

    private void SetTimer()
    {
        if (_model.NextForgetting is not { } at)
        {
            return;
        }

        // A millisecond more, so that the timer does not come just too early.
        var wait = TimeSpan.FromSeconds(Math.Max(0, at - _clock.GetTimestamp()) / (double)_clock.TimestampFrequency) + TimeSpan.FromMilliseconds(1);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private readonly record struct Command(ProviderConfiguration? Configuration, Backend? Backend, BackendSignal Signal, BreakerReport? Breakers, TaskCompletionSource? Barrier);
}
