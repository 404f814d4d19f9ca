using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Admin.Api;

/// <summary>A middleware as Traefik's API shows it: its settings stand under the name of its kind.</summary>
internal sealed record MiddlewareView : IListed
{
    public AddPrefixView? AddPrefix { get; init; }

    public HeadersView? Headers { get; init; }

    public RedirectSchemeView? RedirectScheme { get; init; }

    public ForwardAuthView? ForwardAuth { get; init; }

    public IEnumerable<string>? Error { get; init; }

    public required string Status { get; init; }

    public IEnumerable<string>? UsedBy { get; init; }

    /// <summary>Ours: its provider no longer has it, and it is kept for a while.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Retained { get; init; }

    public string? Name { get; init; }

    public string? Provider { get; init; }

    public string? Type { get; init; }

    [JsonIgnore]
    public string? Searched => null;

    public static MiddlewareView Of(MiddlewareStatus middleware) => new()
    {
        AddPrefix = middleware.Definition is AddPrefixDefinition prefix ? new AddPrefixView(prefix.Prefix) : null,
        Headers = middleware.Definition is HeadersDefinition headers ? HeadersView.Of(headers) : null,
        RedirectScheme = middleware.Definition is RedirectSchemeDefinition redirect ? new RedirectSchemeView(redirect.Scheme, redirect.Port, redirect.Permanent) : null,
        ForwardAuth = middleware.Definition is ForwardAuthDefinition auth
            ? new ForwardAuthView(auth.Address, auth.TrustForwardHeader, Shape.OrNothing(auth.AuthResponseHeaders), Shape.OrNothing(auth.AuthRequestHeaders))
            : null,
        Error = Shape.OrNothing(middleware.Errors),
        Status = Shape.Of(middleware.Status),
        UsedBy = Shape.OrNothing(middleware.UsedBy),
        Retained = middleware.IsRetained,
    };

    public static MiddlewareView WithName(MiddlewareStatus middleware) => Of(middleware) with
    {
        Name = middleware.Name,
        Provider = middleware.Provider,
        Type = middleware.Definition switch
        {
            AddPrefixDefinition => "addprefix",
            HeadersDefinition => "headers",
            RedirectSchemeDefinition => "redirectscheme",
            ForwardAuthDefinition => "forwardauth",
            _ => null,
        },
    };
}

/// <summary><c>addPrefix</c>.</summary>
internal sealed record AddPrefixView(string Prefix);

/// <summary><c>headers</c>.</summary>
internal sealed record HeadersView(IReadOnlyDictionary<string, string>? CustomRequestHeaders, IReadOnlyDictionary<string, string>? CustomResponseHeaders)
{
    public static HeadersView Of(HeadersDefinition definition) => new(Map(definition.CustomRequestHeaders), Map(definition.CustomResponseHeaders));

    private static Dictionary<string, string>? Map(ImmutableArray<KeyValuePair<string, string>> fields)
    {
        if (fields.IsDefaultOrEmpty)
        {
            return null;
        }

        Dictionary<string, string> map = new(StringComparer.Ordinal);
        foreach ((string name, string value) in fields)
        {
            map[name] = value;
        }

        return map;
    }
}

/// <summary><c>redirectScheme</c>.</summary>
internal sealed record RedirectSchemeView(string Scheme, string? Port, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Permanent);

/// <summary><c>forwardAuth</c>.</summary>
internal sealed record ForwardAuthView(
    string Address,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool TrustForwardHeader,
    IEnumerable<string>? AuthResponseHeaders,
    IEnumerable<string>? AuthRequestHeaders);
