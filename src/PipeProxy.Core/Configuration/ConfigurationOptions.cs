using System.Collections.Immutable;

namespace PipeProxy.Core.Configuration;

/// <summary>What an entry point is, as far as routers are concerned.</summary>
/// <param name="Name">As <c>--entrypoints.NAME.address</c> gives it.</param>
/// <param name="IsAdmin">Routers that name no entry point are not served here.</param>
/// <param name="IsTls">It speaks TLS. A router that asks for TLS is served on no other.</param>
/// <param name="AsksForTls">Its routers are to be served over TLS: as long as it does not speak it, none of them is served.</param>
public sealed record EntryPointDefinition(string Name, bool IsAdmin = false, bool IsTls = false, bool AsksForTls = false);

/// <summary>What <see cref="ConfigurationQueue"/> has to know beforehand.</summary>
public sealed record ConfigurationOptions
{
    /// <summary>All entry points. Their order is that of <see cref="ProxyState.RoutesOf(int)"/>.</summary>
    public required ImmutableArray<EntryPointDefinition> EntryPoints { get; init; }

    /// <summary>
    /// How long a router, service or middleware is kept after its provider stopped publishing it (a service without
    /// servers). Default 60 s, 0 = not at all. Longer: requests for what was removed for good get 503 for as long;
    /// shorter: a stack whose last container restarts slowly answers 404.
    /// </summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Makes a middleware from its definition. An <see cref="ArgumentException"/>, <see cref="FormatException"/> or
    /// <see cref="NotSupportedException"/> says in its message what is wrong with the definition: then the middleware
    /// is disabled, and with it every router that names it.
    /// </summary>
    public required Func<MiddlewareDefinition, Middleware.Middleware> CompileMiddleware { get; init; }
}
