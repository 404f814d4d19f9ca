using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Tests.Transport;

/// <summary>A listener that a test can await.</summary>
internal sealed class PeerWatch : IPeerClosedListener
{
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public Connection? Connection { get; private set; }

    public Task ToldAsync() => _told.Task.WaitAsync(TimeSpan.FromSeconds(15));

    public void OnPeerClosed(Connection connection)
    {
        Connection = connection;
        Interlocked.Increment(ref _count);
        _told.TrySetResult();
    }
}
