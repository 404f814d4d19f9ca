using System.Collections.Concurrent;
using System.Net;
using PipeProxy.Core.Transport;

namespace PipeProxy.Admin.Tests;

/// <summary>A worker that is one thread, so that a test can tell who runs where.</summary>
internal sealed class OneThreadWorker : Worker, IDisposable
{
    private readonly BlockingCollection<(Action<object?> Callback, object? State)> _posted = [];
    private readonly Thread _thread;

    public OneThreadWorker()
        : base(index: 0)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "worker under test" };
        _thread.Start();
    }

    public override WorkerTimers Timers { get; } = new(TimeProvider.System);

    public bool IsHere => Thread.CurrentThread == _thread;

    public override void Post(Action<object?> callback, object? state) => _posted.Add((callback, state));

    public override ValueTask<Connection> ConnectAsync(IPEndPoint endPoint, int timeoutMilliseconds) => throw new NotSupportedException();

    /// <summary>Runs <paramref name="work"/> on the worker and hands its result over.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(
            async _ =>
            {
                try
                {
                    done.SetResult(await work());
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            },
            null);
        return done.Task;
    }

    public void Dispose() => _posted.CompleteAdding();

    private void Run()
    {
        foreach ((Action<object?> callback, object? state) in _posted.GetConsumingEnumerable())
        {
            callback(state);
        }
    }
}
