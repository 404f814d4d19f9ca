using System.Text.Json.Serialization;

namespace PipeProxy.Docker.Engine;

/// <summary>One line of the engine's event stream, what is used of it.</summary>
internal sealed record EngineEvent
{
    [JsonPropertyName("Type")]
    public string Type { get; init; } = "";

    [JsonPropertyName("Action")]
    public string Action { get; init; } = "";

    [JsonPropertyName("Actor")]
    public EventActor? Actor { get; init; }

    /// <summary>Nanoseconds of Unix time, by the engine's clock.</summary>
    [JsonPropertyName("timeNano")]
    public long TimeNano { get; init; }

    [JsonIgnore]
    public DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddTicks(TimeNano / 100);

    /// <summary>The container it is about: the actor, or what a network event names.</summary>
    [JsonIgnore]
    public string ContainerId => Type == "network" ? Attribute("container") : Actor?.Id ?? "";

    public string Attribute(string name) => Actor?.Attributes is { } attributes && attributes.TryGetValue(name, out var value) ? value : "";
}

/// <summary>Whom an event is about.</summary>
internal sealed record EventActor
{
    [JsonPropertyName("ID")]
    public string Id { get; init; } = "";

    [JsonPropertyName("Attributes")]
    public Dictionary<string, string>? Attributes { get; init; }
}

[JsonSerializable(typeof(EngineEvent))]
internal sealed partial class EngineEventJson : JsonSerializerContext;
