using PipeProxy.Core.Tests.Transport;
using PipeProxy.Core.Tests.Transport.Hostile;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>What the bytes of a wire test run over.</summary>
public enum WireKind
{
    /// <summary>Real sockets on the loopback interface.</summary>
    Sockets,

    /// <summary>In memory, with everything a transport may do and friendly ones rarely do.</summary>
    Hostile,
}

/// <summary>
/// Base of all wire tests: bytes in, bytes out. A class of tests has two small heirs, one a transport.
/// </summary>
public abstract class WireTests(WireKind kind)
{
    /// <summary>Blank line and line end, where a transcript is put together.</summary>
    protected const string Crlf = "\r\n";

    /// <summary>The simplest request there is.</summary>
    protected const string Get = "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n";

    /// <summary>True over the hostile transport.</summary>
    protected bool IsHostile => kind == WireKind.Hostile;

    private protected Task<WireBed> StartAsync(WireBedOptions? options = null) =>
        WireBed.StartAsync(kind == WireKind.Sockets ? new SocketsWire() : new HostileWire(seed: 1), options ?? new WireBedOptions());

    private protected Task<WireBed> StartAsync(HostilePlan plan, WireBedOptions? options = null) =>
        WireBed.StartAsync(new HostileWire(plan), options ?? new WireBedOptions());
}
