using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Admin.Api;

/// <summary>A service as Traefik's API shows it, and beside it each backend as we know it.</summary>
internal sealed record ServiceView : IListed
{
    /// <summary>Null for services inside the process.</summary>
    public LoadBalancerView? LoadBalancer { get; init; }

    public IEnumerable<string>? Error { get; init; }

    public required string Status { get; init; }

    public IEnumerable<string>? UsedBy { get; init; }

    /// <summary>URL to <c>UP</c> or <c>DOWN</c>.</summary>
    public IReadOnlyDictionary<string, string>? ServerStatus { get; init; }

    /// <summary>Ours.</summary>
    public IEnumerable<BackendView>? Backends { get; init; }

    /// <summary>Ours: its provider no longer has it, and it is kept for a while.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Retained { get; init; }

    public string? Name { get; init; }

    public string? Provider { get; init; }

    public string? Type { get; init; }

    [JsonIgnore]
    public string? Searched => null;

    public static ServiceView Of(ServiceStatus service)
    {
        ServiceView view = new()
        {
            Error = Shape.OrNothing(service.Errors),
            Status = Shape.Of(service.Status),
            UsedBy = Shape.OrNothing(service.UsedBy),
            Retained = service.IsRetained,
        };
        return service.Provider == InternalServices.Provider ? view : view with
        {
            LoadBalancer = LoadBalancerView.Of(service),
            ServerStatus = ServerStatusOf(service.Backends),
            Backends = service.Backends.Select(BackendView.Of),
        };
    }

    public static ServiceView WithName(ServiceStatus service)
    {
        ServiceView view = Of(service);
        return view with { Name = service.Name, Provider = service.Provider, Type = view.LoadBalancer is null ? null : "loadbalancer" };
    }

    private static Dictionary<string, string>? ServerStatusOf(ImmutableArray<BackendEntry> backends)
    {
        if (backends.IsDefaultOrEmpty)
        {
            return null;
        }

        Dictionary<string, string> status = new(backends.Length, StringComparer.Ordinal);
        foreach (BackendEntry entry in backends)
        {
            bool isUp = entry.State is BackendState.Up or BackendState.Ramping;
            // An address may be here twice: as an instance that leaves, and as the one that has it now.
            if (isUp || !status.ContainsKey(entry.Backend.Url))
            {
                status[entry.Backend.Url] = isUp ? "UP" : "DOWN";
            }
        }

        return status;
    }
}

/// <summary>How a service shares requests out.</summary>
internal sealed record LoadBalancerView(StickyView? Sticky, IEnumerable<ServerView>? Servers, string Strategy, bool PassHostHeader)
{
    public static LoadBalancerView Of(ServiceStatus service) => new(
        service.Definition.Sticky is { } cookie ? new StickyView(CookieView.Of(cookie)) : null,
        service.Backends.IsEmpty ? null : service.Backends.Select(e => new ServerView(e.Backend.Url, e.Weight == 1 ? null : e.Weight)),
        "wrr",
        service.Definition.PassHostHeader);
}

/// <summary>One address. No weight is written where it is 1.</summary>
internal sealed record ServerView(string Url, int? Weight);

/// <summary>Affinity.</summary>
internal sealed record StickyView(CookieView Cookie);

/// <summary>The affinity cookie's attributes; those at their default are left out.</summary>
internal sealed record CookieView
{
    public required string Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Secure { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HttpOnly { get; init; }

    public string? SameSite { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MaxAge { get; init; }

    public string? Path { get; init; }

    public string? Domain { get; init; }

    public static CookieView Of(StickyCookie cookie) => new()
    {
        Name = cookie.Name,
        Secure = cookie.Secure,
        HttpOnly = cookie.HttpOnly,
        SameSite = cookie.SameSite,
        MaxAge = cookie.MaxAge,
        Path = cookie.Path,
        Domain = cookie.Domain,
    };
}

/// <summary>One backend instance: who it is, where it stands, since when and why.</summary>
internal sealed record BackendView(string Url, string Name, string State, DateTime Since, string Reason, int Weight)
{
    public static BackendView Of(BackendEntry entry) =>
        new(entry.Backend.Url, entry.Backend.Definition.DisplayName, Shape.Of(entry.State), Shape.Of(entry.Since), entry.Reason, entry.Weight);
}
