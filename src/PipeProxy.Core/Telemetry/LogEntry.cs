using System.Globalization;
using Microsoft.Extensions.Logging;

namespace PipeProxy.Core.Telemetry;

/// <summary>One event on its way from the caller to the writing thread.</summary>
/// <param name="Time">UTC.</param>
/// <param name="Level">Severity.</param>
/// <param name="Category">The logger's name.</param>
/// <param name="Message">Ready for people, not yet escaped.</param>
/// <param name="Fields">The message's values by name.</param>
/// <param name="Exception">Text of what was thrown, with its stack.</param>
internal readonly record struct LogEntry(
    DateTimeOffset Time, LogLevel Level, string Category, string Message, KeyValuePair<string, string>[] Fields, string? Exception)
{
    private const string TemplateKey = "{OriginalFormat}";

    /// <summary>The values of a message by name, the template itself left out.</summary>
    public static KeyValuePair<string, string>[] FieldsOf<TState>(TState state)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            return [];
        }

        List<KeyValuePair<string, string>> fields = new(values.Count);
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i].Key != TemplateKey)
            {
                fields.Add(new(values[i].Key, Convert.ToString(values[i].Value, CultureInfo.InvariantCulture) ?? ""));
            }
        }

        return [.. fields];
    }
}
