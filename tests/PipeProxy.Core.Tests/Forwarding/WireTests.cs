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
    /// <summary>Another number, another rhythm on the hostile transport: PIPEPROXY_WIRE_SEED runs the same tests in it.</summary>
    private static readonly int s_seed = int.TryParse(Environment.GetEnvironmentVariable("PIPEPROXY_WIRE_SEED"), out int seed) ? seed : 1;

    /// <summary>The simplest request there is.</summary>
    protected const string Get = "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n";

    /// <summary>A response of this length and body, as a backend sends it.</summary>
    protected static string Ok(string body, string fields = "") => $"HTTP/1.1 200 OK\r\nDate: now\r\n{fields}Content-Length: {body.Length}\r\n\r\n{body}";

    /// <summary>A request with a body of known length.</summary>
    protected static string With(string method, string body, string fields = "") =>
        $"{method} /x HTTP/1.1\r\nHost: app.test\r\n{fields}Content-Length: {body.Length}\r\n\r\n{body}";

    /// <summary>Text in which every byte says where it is.</summary>
    protected static string Pattern(int length) => string.Create(length, 0, static (span, _) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = (char)('a' + ((i + (i >> 8)) % 26));
        }
    });

    /// <summary>True over the hostile transport.</summary>
    protected bool IsHostile => kind == WireKind.Hostile;

    private protected Task<WireBed> StartAsync(WireBedOptions? options = null) =>
        WireBed.StartAsync(kind == WireKind.Sockets ? new SocketsWire() : new HostileWire(s_seed), options ?? new WireBedOptions());

    private protected Task<WireBed> StartAsync(HostilePlan plan, WireBedOptions? options = null) =>
        WireBed.StartAsync(new HostileWire(plan), options ?? new WireBedOptions());
}
