using System.Collections.Immutable;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Http;
using PipeProxy.Core.Tests.Transport;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>What stands between the client and the backends of a wire test.</summary>
internal sealed record WireBedOptions
{
    /// <summary>Number of scripted backends of the only service.</summary>
    public int Backends { get; init; } = 1;

    /// <summary>Before the URL in a server's identity, so that it is another than the URL as with Docker.</summary>
    public string IdentityPrefix { get; init; } = "";

    public string Rule { get; init; } = "PathPrefix(`/`)";

    public ForwardingOptions Forwarding { get; init; } = new();

    public HttpLimits Limits { get; init; } = new();

    public StickyCookie? Sticky { get; init; }

    public bool PassHostHeader { get; init; } = true;

    /// <summary>Methods that may be sent again; null = the idempotent ones.</summary>
    public string? RetryMethods { get; init; }

    public bool TrustsEverybody { get; init; }

    /// <summary>Middlewares of the only router, in order.</summary>
    public ImmutableArray<MiddlewareDefinition> Middlewares { get; init; } = [];

    /// <summary>Told of the backends before the first configuration, for what has to know their addresses.</summary>
    public Action<ImmutableArray<ScriptedBackend>> BeforeStart { get; init; } = static _ => { };

    /// <summary>Makes middlewares that only tests have; null = not one of these.</summary>
    public Func<MiddlewareDefinition, PipeProxy.Core.Middleware.Middleware?> Compile { get; init; } = static _ => null;
}
