using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using PipeProxy.Core.Transport;

namespace PipeProxy.Admin.Tests;

/// <summary>One answer, taken from the bytes of a connection that closes after it.</summary>
internal sealed record Answer(int Status, string Head, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>Sends <paramref name="request"/> and reads to the end of the connection.</summary>
    public static async Task<Answer> AskAsync(Connection connection, string request)
    {
        await connection.Output.WriteAsync(Encoding.Latin1.GetBytes(request));
        return Parse(await ReadToEndAsync(connection.Input));
    }

    public static Task<Answer> GetAsync(Connection connection, string target, string method = "GET") =>
        AskAsync(connection, $"{method} {target} HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n");

    public static async Task<string> ReadToEndAsync(PipeReader input)
    {
        StringBuilder text = new();
        while (true)
        {
            ReadResult result = await input.ReadAsync();
            text.Append(Encoding.Latin1.GetString(result.Buffer));
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return text.ToString();
            }
        }
    }

    public static Answer Parse(string text)
    {
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Assert.True(end > 0, $"no head in '{text}'");
        string head = text[..end];
        string body = text[(end + 4)..];
        if (head.Contains("transfer-encoding: chunked", StringComparison.OrdinalIgnoreCase) && body.Length > 0)
        {
            body = OfChunks(body);
        }

        return new Answer(int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture), head, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body)));
    }

    private static string OfChunks(string chunked)
    {
        StringBuilder body = new();
        int at = 0;
        while (true)
        {
            int line = chunked.IndexOf("\r\n", at, StringComparison.Ordinal);
            Assert.True(line > 0, "a chunked body that is cut");
            int size = int.Parse(chunked.AsSpan(at, line - at), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                return body.ToString();
            }

            body.Append(chunked, line + 2, size);
            at = line + 2 + size + 2;
        }
    }
}
