using System.Collections.Immutable;
using PipeProxy.Cli.Options;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Http;
using PipeProxy.Core.Middleware;

namespace PipeProxy.Hosting;

/// <summary>From what the command line says to what each part takes.</summary>
internal static class OptionMapping
{
    public static HttpLimits HttpLimits(ProxyOptions options) => new()
    {
        RequestLineBytes = options.Limits.RequestLineBytes,
        HeadBytes = options.Limits.HeadBytes,
        FieldCount = options.Limits.FieldCount,
        ChunkExtensionBytes = options.Limits.ChunkExtensionBytes,
        TrailerBytes = options.Limits.TrailerBytes,
    };

    public static ForwardingOptions Forwarding(ProxyOptions options) => new()
    {
        HeadTimeout = Milliseconds(options.Timeouts.RequestHead),
        LingerTimeout = Milliseconds(options.Timeouts.Linger),
        ConnectTimeout = Milliseconds(options.Timeouts.Connect),
        ConnectTimeoutAlone = Milliseconds(options.Timeouts.LastConnect),
        ResponseHeadTimeout = Milliseconds(options.Timeouts.ResponseHead),
        ResponseBodyTimeout = Milliseconds(options.Timeouts.ResponseBody),
        TunnelIdleTimeout = Milliseconds(options.Timeouts.TunnelIdle),
        UpstreamIdleTimeout = Milliseconds(options.Timeouts.UpstreamIdle),
        ReplayBytes = options.Limits.ReplayBytes,
        ReplayBytesInAll = options.Limits.ReplayTotalBytes,
        UpstreamIdleConnections = options.Limits.IdleConnectionsPerBackend,
    };

    public static EntryPoint EntryPoint(ProxyOptions options, EntryPointOptions entryPoint) => new()
    {
        Name = entryPoint.Name,
        Options = Forwarding(options) with
        {
            BodyTimeout = Milliseconds(entryPoint.ReadTimeout),
            ClientWriteTimeout = Milliseconds(entryPoint.WriteTimeout),
            IdleTimeout = Milliseconds(entryPoint.IdleTimeout),
        },
        TrustedPeers = entryPoint.TrustedPeers,
        TrustsEverybody = entryPoint.TrustsEveryPeer,
    };

    public static ConfigurationOptions Configuration(ProxyOptions options) => new()
    {
        EntryPoints = [.. options.EntryPoints.Select(static e => new EntryPointDefinition(e.Name, e.IsAdmin, AsksForTls: e.Tls))],
        ForgetAfter = options.Docker?.ForgetAfter ?? TimeSpan.Zero,
        CompileMiddleware = MiddlewareFactory.Create,
    };

    public static PipeProxy.Docker.DockerOptions Docker(DockerOptions options) => new()
    {
        Endpoint = options.Endpoint.OriginalString,
        ExposedByDefault = options.ExposedByDefault,
        Network = options.Network,
        Constraints = options.Constraints ?? "",
        DefaultRule = options.DefaultRule,
        ForgetAfter = options.ForgetAfter,
    };

    /// <summary>The longest of the entry points' grace times: they stop together. The admin one serves nobody who waits.</summary>
    public static TimeSpan GraceTimeout(ProxyOptions options) =>
        options.EntryPoints.Where(static e => !e.IsAdmin).Select(static e => e.GraceTimeout).DefaultIfEmpty(options.EntryPoints[0].GraceTimeout).Max();

    private static int Milliseconds(TimeSpan time) => (int)Math.Min(time.TotalMilliseconds, int.MaxValue);
}
