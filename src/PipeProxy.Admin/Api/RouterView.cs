using System.Text.Json.Serialization;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Admin.Api;

/// <summary>A router as Traefik's API shows it. Service and middlewares stand as they were written.</summary>
internal sealed record RouterView : IListed
{
    public required IEnumerable<string> EntryPoints { get; init; }

    public IEnumerable<string>? Middlewares { get; init; }

    public required string Service { get; init; }

    public required string Rule { get; init; }

    public required long Priority { get; init; }

    public TlsView? Tls { get; init; }

    public IEnumerable<string>? Error { get; init; }

    public required string Status { get; init; }

    /// <summary>Entry points that serve it.</summary>
    public IEnumerable<string>? Using { get; init; }

    /// <summary>Ours: its provider no longer has it, and it is kept for a while.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Retained { get; init; }

    /// <summary>In lists and single answers; in rawdata the name is the key.</summary>
    public string? Name { get; init; }

    public string? Provider { get; init; }

    [JsonIgnore]
    public string? Searched => Rule;

    public static RouterView Of(RouterStatus router)
    {
        RouterDefinition definition = router.Definition;
        return new RouterView
        {
            EntryPoints = definition.EntryPoints.IsDefaultOrEmpty ? router.EntryPoints : definition.EntryPoints,
            Middlewares = Shape.OrNothing(definition.Middlewares),
            Service = definition.Service,
            Rule = definition.Rule,
            Priority = router.Priority,
            Tls = definition.Tls ? new TlsView() : null,
            Error = Shape.OrNothing(router.Errors),
            Status = Shape.Of(router.Status),
            Using = Shape.OrNothing(router.EntryPoints),
            Retained = router.IsRetained,
        };
    }

    public static RouterView WithName(RouterStatus router) => Of(router) with { Name = router.Name, Provider = router.Provider };
}

/// <summary>That it asks for TLS.</summary>
internal sealed record TlsView;
