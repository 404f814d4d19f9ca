using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>A backend that answers every request by itself, on as many connections as come.</summary>
internal sealed class WireServer : IDisposable
{
    private readonly ScriptedBackend _backend;
    private readonly Func<WireRequest, string> _answer;
    private readonly List<ScriptedPeer> _peers = [];
    private int _requests;
    private int _connections;
    private bool _disposed;

    public WireServer(ScriptedBackend backend, Func<WireRequest, string> answer)
    {
        _backend = backend;
        _answer = answer;
        _ = AcceptAsync();
    }

    /// <summary>Requests that came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Connections that were opened.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>What failed, to be shown when a test does.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Ends every connection.</summary>
    public void Dispose()
    {
        lock (_peers)
        {
            _disposed = true;
            _peers.ForEach(p => p.Dispose());
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                ScriptedPeer peer = await _backend.AcceptAsync();
                Interlocked.Increment(ref _connections);
                lock (_peers)
                {
                    if (_disposed)
                    {
                        peer.Dispose();
                        return;
                    }

                    _peers.Add(peer);
                }

                _ = ServeAsync(peer);
            }
        }
        catch (Exception e)
        {
            Failure ??= e;
        }
    }

    private async Task ServeAsync(ScriptedPeer peer)
    {
        try
        {
            while (true)
            {
                WireRequest request = await peer.ReadRequestAsync();
                Interlocked.Increment(ref _requests);
                await peer.SendAsync(_answer(request));
            }
        }
        catch (Exception e)
        {
            Failure ??= e;
        }
    }
}
