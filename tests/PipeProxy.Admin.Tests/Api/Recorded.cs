using System.Text.Json;
using System.Text.Json.Nodes;

namespace PipeProxy.Admin.Tests.Api;

/// <summary>Answers as they are meant to be, in files.</summary>
internal static class Recorded
{
    public static void Equal(string name, JsonNode answer)
    {
        JsonNode expected = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Recorded", name)))!;
        // The order of fields is no part of a shape, that of lists is.
        if (!JsonNode.DeepEquals(expected, answer))
        {
            Assert.Fail($"{name} differs. Answered:\n{answer.ToJsonString(new JsonSerializerOptions { WriteIndented = true })}");
        }
    }
}
