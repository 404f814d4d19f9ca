using System.Net;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Tests.Transport;

/// <summary>
/// What a wire test needs of a transport: clients, backends, time. Every wire test runs on each implementation; on the
/// hostile one <see cref="IAsyncDisposable.DisposeAsync"/> fails the test for every broken promise.
/// </summary>
internal interface IWireTransport : IAsyncDisposable
{
    /// <summary>Where the code under test runs and connects from.</summary>
    Worker Worker { get; }

    /// <summary>The worker's clock; deadlines fire after <see cref="Advance"/>.</summary>
    ManualClock Clock { get; }

    /// <summary>Opens a client; <paramref name="handler"/> gets the server's side of its connection, on the worker.</summary>
    ValueTask<ScriptedPeer> ConnectAsync(Action<Connection> handler);

    /// <summary>A backend that <see cref="Core.Transport.Worker.ConnectAsync"/> reaches.</summary>
    ScriptedBackend Listen();

    /// <summary>An end point that refuses connections.</summary>
    IPEndPoint Refusing();

    /// <summary>An end point that never answers: connecting runs into its timeout, once the clock is advanced.</summary>
    IPEndPoint Silent();

    /// <summary>Moves time on; what is due fires, here or soon on another thread.</summary>
    void Advance(int milliseconds);
}

/// <summary>A backend as a test plays it: it accepts, or leaves waiting, one connection after the other.</summary>
internal abstract class ScriptedBackend : IDisposable
{
    public abstract IPEndPoint EndPoint { get; }

    /// <summary>The next connection that was opened to it, in order.</summary>
    public abstract Task<ScriptedPeer> AcceptAsync();

    /// <summary>From here on it refuses; connections that stand stay.</summary>
    public abstract void Dispose();
}
