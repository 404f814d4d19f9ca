using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace PipeProxy.DemoBackend;

/// <summary>What a demo backend answers: enough to see balancing, stickiness, streaming and upgrades by hand.</summary>
internal sealed class DemoPages(string name)
{
    private long _visits;

    /// <summary><c>/</c>: says which backend this is and how many visits it had.</summary>
    public Task VisitAsync(HttpContext context)
    {
        long visit = Interlocked.Increment(ref _visits);
        return context.Response.WriteAsync(
            string.Create(CultureInfo.InvariantCulture, $"This is backend {name}, visit {visit}.\n"),
            context.RequestAborted);
    }

    /// <summary><c>/sleep?ms=N</c>: answers after N milliseconds.</summary>
    public static async Task SleepAsync(HttpContext context)
    {
        int milliseconds = Number(context, "ms", 200);
        await Task.Delay(milliseconds, context.RequestAborted);
        await context.Response.WriteAsync(
            string.Create(CultureInfo.InvariantCulture, $"slept {milliseconds} ms\n"), context.RequestAborted);
    }

    /// <summary><c>/stream?count=N&amp;ms=N</c>: so many lines, one every so many milliseconds.</summary>
    public static async Task StreamAsync(HttpContext context)
    {
        int count = Number(context, "count", 10);
        int milliseconds = Number(context, "ms", 300);
        for (int line = 1; line <= count; line++)
        {
            await context.Response.WriteAsync(
                string.Create(CultureInfo.InvariantCulture, $"line {line} of {count}\n"), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(milliseconds, context.RequestAborted);
        }
    }

    /// <summary><c>/echo</c>: answers with the body of the request, while it arrives.</summary>
    public static Task EchoAsync(HttpContext context)
    {
        context.Response.ContentType = context.Request.ContentType ?? "application/octet-stream";
        context.Response.ContentLength = context.Request.ContentLength;
        return context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary><c>/ws</c>: sends each message of a WebSocket back.</summary>
    public static async Task EchoMessagesAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }

        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        byte[] buffer = new byte[16 * 1024];
        while (true)
        {
            ValueWebSocketReceiveResult received =
                await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
                return;
            }

            await socket.SendAsync(
                buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        }
    }

    private static int Number(HttpContext context, string key, int fallback) =>
        int.TryParse(context.Request.Query[key], NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : fallback;
}
