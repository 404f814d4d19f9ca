using System.Buffers;
using System.Text;

namespace PipeProxy.Microbench.Http;

/// <summary>The heads that the benchmarks of the wire code use.</summary>
internal static class SampleHeads
{
    internal static byte[] Minimal { get; } = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray();

    internal static byte[] Browser { get; } = Encoding.ASCII.GetBytes(
        "GET /articles/2026/spring?page=3&sort=date HTTP/1.1\r\n"
        + "Host: www.example.com\r\n"
        + "Connection: keep-alive\r\n"
        + "sec-ch-ua: \"Chromium\";v=\"140\", \"Not;A=Brand\";v=\"99\"\r\n"
        + "sec-ch-ua-mobile: ?0\r\n"
        + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n"
        + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n"
        + "Sec-Fetch-Site: same-origin\r\n"
        + "Sec-Fetch-Mode: navigate\r\n"
        + "Referer: https://www.example.com/articles/\r\n"
        + "Accept-Encoding: gzip, deflate, br, zstd\r\n"
        + "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
        + "Cookie: StickySessionCookie=0123456789abcdef; theme=dark; session=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0\r\n\r\n");

    internal static byte[] ThirtyFields { get; } = Encoding.ASCII.GetBytes(
        "GET /api/items HTTP/1.1\r\nHost: api.example.com\r\n"
        + string.Concat(Enumerable.Range(1, 29).Select(i => $"X-Custom-Field-{i}: some value of field {i}\r\n")) + "\r\n");

    internal static byte[] Response { get; } = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nServer: node\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 1234\r\n"
        + "ETag: W/\"4d2-abcdef\"\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n");

    /// <summary>The bytes in as many segments of equal length.</summary>
    internal static ReadOnlySequence<byte> Split(byte[] bytes, int segments)
    {
        int length = (bytes.Length + segments - 1) / segments;
        Segment first = new(bytes.AsMemory(0, length), 0);
        Segment last = first;
        for (int at = length; at < bytes.Length; at += length)
        {
            last = last.Append(bytes.AsMemory(at, Math.Min(length, bytes.Length - at)));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        internal Segment(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        internal Segment Append(ReadOnlyMemory<byte> memory)
        {
            Segment next = new(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
