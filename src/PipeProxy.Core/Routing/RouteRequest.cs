using System.Net;
using PipeProxy.Core.Http;

namespace PipeProxy.Core.Routing;

/// <summary>What a rule can ask about.</summary>
internal readonly ref struct RouteRequest(RequestHead head, IPAddress? clientAddress)
{
    /// <summary>Start line and fields.</summary>
    public RequestHead Head { get; } = head;

    /// <summary>The peer's address (not what X-Forwarded-For says), as Traefik's ClientIP takes it; null where there is none.</summary>
    public IPAddress? ClientAddress { get; } = clientAddress;
}

/// <summary>The same, with what several matchers need worked out once.</summary>
internal readonly ref struct RuleInput(ReadOnlySpan<byte> host, ReadOnlySpan<byte> path, in RouteRequest request)
{
    /// <summary>Host name in lower case, without port, brackets or trailing dot. Empty where the request has none.</summary>
    public ReadOnlySpan<byte> Host { get; } = host;

    /// <summary>Path with percent-encoding of everything but reserved characters undone (see <see cref="PercentCoding"/>).</summary>
    public ReadOnlySpan<byte> Path { get; } = path;

    /// <summary>Start line and fields.</summary>
    public RequestHead Head { get; } = request.Head;

    /// <summary>The peer's address.</summary>
    public IPAddress? ClientAddress { get; } = request.ClientAddress;
}
