#pragma warning disable CA1507 // The names are the engine's, and only look like ours.
using System.Globalization;
using System.Text.Json.Nodes;

namespace PipeProxy.Docker.Tests.Watch;

/// <summary>A container of the fake engine. Everything may be changed while it "runs".</summary>
internal sealed class FakeContainer(string name)
{
    public string Id { get; } = name.PadRight(64, 'x');

    public string Name { get; set; } = name;

    public Dictionary<string, string> Labels { get; } = new() { ["traefik.enable"] = "true" };

    public bool IsRunning { get; set; } = true;

    public bool IsPaused { get; set; }

    public string? Health { get; set; }

    public string StopSignal { get; set; } = "";

    public string NetworkMode { get; set; } = "default";

    public string? Address { get; set; } = "172.18.0.3";

    public string EndpointId { get; set; } = "endpoint-1";

    public DateTimeOffset StartedAt { get; set; } = new(2026, 6, 1, 11, 0, 0, TimeSpan.Zero);

    private JsonObject Networks => Address is null ? [] : new JsonObject
    {
        ["app"] = new JsonObject { ["NetworkID"] = "net-app", ["EndpointID"] = EndpointId, ["IPAddress"] = Address, ["GlobalIPv6Address"] = "" },
    };

    public JsonObject Row() => new()
    {
        ["Id"] = Id,
        ["Names"] = new JsonArray("/" + Name),
        ["Created"] = new DateTimeOffset(2026, 6, 1, 10, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(),
        ["Labels"] = LabelsJson(),
        ["State"] = IsPaused ? "paused" : "running",
        ["Status"] = Health is null ? "Up 5 minutes" : $"Up 5 minutes ({Health})",
        ["HostConfig"] = new JsonObject { ["NetworkMode"] = NetworkMode },
        ["NetworkSettings"] = new JsonObject { ["Networks"] = Networks },
    };

    public JsonObject Inspect()
    {
        var state = new JsonObject
        {
            ["Status"] = IsPaused ? "paused" : IsRunning ? "running" : "exited",
            ["Running"] = IsRunning,
            ["Paused"] = IsPaused,
            ["StartedAt"] = StartedAt.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture),
        };
        if (Health is not null)
        {
            state["Health"] = new JsonObject { ["Status"] = Health, ["FailingStreak"] = 0, ["Log"] = new JsonArray() };
        }

        return new JsonObject
        {
            ["Id"] = Id,
            ["Created"] = "2026-06-01T10:00:00.5Z",
            ["Name"] = "/" + Name,
            ["State"] = state,
            ["HostConfig"] = new JsonObject { ["NetworkMode"] = NetworkMode },
            ["Config"] = new JsonObject
            {
                ["Labels"] = LabelsJson(),
                ["StopSignal"] = StopSignal,
                ["ExposedPorts"] = new JsonObject { ["3000/tcp"] = new JsonObject(), ["53/udp"] = new JsonObject() },
                ["Env"] = new JsonArray("SECRET=never-logged"),
            },
            ["NetworkSettings"] = new JsonObject { ["Networks"] = Networks, ["Ports"] = new JsonObject { ["3000/tcp"] = null } },
        };
    }

    private JsonObject LabelsJson() => new(Labels.Select(l => new KeyValuePair<string, JsonNode?>(l.Key, l.Value)));
}
