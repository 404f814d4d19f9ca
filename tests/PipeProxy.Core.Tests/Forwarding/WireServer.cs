using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>What a backend does after its bytes.</summary>
public enum Then
{
    /// <summary>Reads the next request.</summary>
    Keep,

    /// <summary>Ends the connection by FIN.</summary>
    Close,

    /// <summary>Ends the connection by reset.</summary>
    Reset,

    /// <summary>Nothing more, and leaves the connection open.</summary>
    Hold,
}

/// <summary>What a backend answers.</summary>
internal readonly record struct WireAnswer(string Text, Then Then = Then.Keep)
{
    public static implicit operator WireAnswer(string text) => new(text);
}

/// <summary>A backend that answers every request by itself, on as many connections as come.</summary>
internal sealed class WireServer : IDisposable
{
    private readonly ScriptedBackend _backend;
    private readonly Func<WireRequest, WireAnswer> _answer;
    private readonly List<ScriptedPeer> _peers = [];
    private int _requests;
    private int _connections;
    private bool _disposed;

    public WireServer(ScriptedBackend backend, Func<WireRequest, WireAnswer> answer)
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
                WireAnswer answer = _answer(request);
                await peer.SendAsync(answer.Text);
                switch (answer.Then)
                {
                    case Then.Close:
                        peer.Dispose();
                        return;
                    case Then.Reset:
                        peer.Abort();
                        return;
                    case Then.Hold:
                        return;
                }
            }
        }
        catch (Exception e)
        {
            Failure ??= e;
        }
    }
}
