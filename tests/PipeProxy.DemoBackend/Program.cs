using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PipeProxy.DemoBackend;

// Usage: demo-backend [--name NAME] [--port PORT]. Listens on loopback; without a port on a free one.
// The line `listening on http://...` on standard output says where.
string name = Argument("--name") ?? "demo";
int port = int.Parse(Argument("--port") ?? "0", System.Globalization.CultureInfo.InvariantCulture);

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Listen(System.Net.IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
    kestrel.Limits.MaxRequestBodySize = null;
});

var app = builder.Build();
app.UseWebSockets();
var pages = new DemoPages(name);
app.Use(async (context, next) =>
{
    context.Response.Headers["X-Backend"] = name;
    await next(context);
});
app.MapGet("/", pages.VisitAsync);
app.MapGet("/sleep", DemoPages.SleepAsync);
app.MapGet("/stream", DemoPages.StreamAsync);
app.Map("/echo", DemoPages.EchoAsync);
app.Map("/ws", DemoPages.EchoMessagesAsync);

await app.StartAsync();
Console.WriteLine($"listening on {app.Urls.Single()}");
await app.WaitForShutdownAsync();

string? Argument(string option)
{
    int at = Array.IndexOf(args, option);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
