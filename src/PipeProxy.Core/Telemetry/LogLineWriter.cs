using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace PipeProxy.Core.Telemetry;

/// <summary>
/// Turns an event into one line of bytes. Control characters are escaped in both forms, so that nothing a client or a
/// label says can forge a line or talk to the terminal. Not thread-safe: the writing thread's own.
/// </summary>
internal sealed class LogLineWriter(LogFormat format, bool colour)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string Reset = "\x1b[0m";

    // Written to a stream, never into a page: quotes are escaped by the writer itself, the rest may stay readable.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _line = new(512);
    private readonly StringBuilder _text = new(256);

    /// <summary>The line with its end. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Write(in LogEntry entry)
    {
        _line.ResetWrittenCount();
        if (format == LogFormat.Json)
        {
            WriteJson(entry);
        }
        else
        {
            WriteCommon(entry);
        }

        _line.Write("\n"u8);
        return _line.WrittenMemory;
    }

    /// <summary>Appends <paramref name="value"/> with each control character and line separator written as an escape.</summary>
    internal static void AppendEscaped(StringBuilder text, string value)
    {
        foreach (char c in value)
        {
            if (!char.IsControl(c) && c is not ('\u2028' or '\u2029'))
            {
                text.Append(c);
                continue;
            }

            text.Append(c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            });
        }
    }

    private void WriteCommon(in LogEntry entry)
    {
        _text.Clear();
        _text.Append(entry.Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)).Append(' ');
        (string name, string paint) = entry.Level switch
        {
            LogLevel.Trace => ("TRACE", "\x1b[90m"),
            LogLevel.Debug => ("DEBUG", "\x1b[36m"),
            LogLevel.Information => ("INFO ", "\x1b[32m"),
            LogLevel.Warning => ("WARN ", "\x1b[33m"),
            LogLevel.Error => ("ERROR", "\x1b[31m"),
            _ => ("FATAL", "\x1b[1;31m"),
        };
        _text.Append(colour ? paint : "").Append(name).Append(colour ? Reset : "").Append(' ');
        if (entry.Category.Length > 0)
        {
            AppendEscaped(_text, entry.Category);
            _text.Append(": ");
        }

        AppendEscaped(_text, entry.Message);
        if (entry.Exception is { } exception)
        {
            _text.Append(" | ");
            AppendEscaped(_text, exception);
        }

        foreach (ReadOnlyMemory<char> chunk in _text.GetChunks())
        {
            Encoding.UTF8.GetBytes(chunk.Span, _line);
        }
    }

    private void WriteJson(in LogEntry entry)
    {
        using Utf8JsonWriter json = new(_line, JsonOptions);
        json.WriteStartObject();
        json.WriteString("time"u8, entry.Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
        json.WriteString("level"u8, entry.Level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "error",
            _ => "fatal",
        });
        json.WriteString("logger"u8, entry.Category);
        json.WriteString("message"u8, entry.Message);
        if (entry.Fields.Length > 0)
        {
            // An object of their own, so that no value's name can stand for one of ours.
            json.WriteStartObject("fields"u8);
            foreach ((string name, string value) in entry.Fields)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        if (entry.Exception is { } exception)
        {
            json.WriteString("error"u8, exception);
        }

        json.WriteEndObject();
    }
}
