using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PipeProxy.Admin.Api;

/// <summary>How the views are written: generated at compile time, nothing is reflected upon.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(OverviewView))]
[JsonSerializable(typeof(RawDataView))]
[JsonSerializable(typeof(ErrorView))]
[JsonSerializable(typeof(IEnumerable<EntryPointView>))]
[JsonSerializable(typeof(IEnumerable<RouterView>))]
[JsonSerializable(typeof(IEnumerable<ServiceView>))]
[JsonSerializable(typeof(IEnumerable<MiddlewareView>))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>
    /// Rules and names stay readable (<c>Host(`a`) &amp;&amp; ...</c>); quotes, backslashes and controls are escaped all the
    /// same. Answers are <c>application/json</c> and nosniff: no browser takes them for a page.
    /// </summary>
    public static ApiJson Relaxed { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
