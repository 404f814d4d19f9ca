using System.Text.Json.Serialization;

namespace PipeProxy.Admin.Api;

/// <summary><c>/api/version</c>, with Traefik's capitals.</summary>
internal sealed record VersionView(
    [property: JsonPropertyName("Version")] string Version,
    [property: JsonPropertyName("Codename")] string Codename,
    DateTime StartDate)
{
    public static VersionView Of(AdminSources sources) => new(sources.Version, "pipeproxy", Shape.Of(sources.StartedAt));
}

/// <summary>An entry point.</summary>
internal sealed record EntryPointView(string Address, string Name) : IListed
{
    [JsonIgnore]
    public string? Searched => Address;

    [JsonIgnore]
    public string? Status => null;
}

/// <summary>Why there is no other answer.</summary>
internal sealed record ErrorView(string Message);
