using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using PipeProxy.AllocationProbe;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Http;
using PipeProxy.Core.Middleware;
using PipeProxy.Core.Transport;
using PipeProxy.Core.Transport.Sockets;

// A proxy in a process of its own, so that what it allocates can be told from what its clients and backends do.
// Arguments: the backend's port, and "sites" to sample where memory is allocated (which allocates).
// It prints the port it listens on; for each line on its input, the bytes allocated so far; at the end of the input, the sites.
SocketsTransport.EnableInlineCompletions();
int backendPort = int.Parse(args[0], CultureInfo.InvariantCulture);
using AllocationSites? sites = args.Contains("sites") ? new AllocationSites() : null;
using SocketsTransport transport = new(TimeProvider.System);
ConfigurationOptions options = new()
{
    EntryPoints = [new EntryPointDefinition("web")],
    CompileMiddleware = MiddlewareFactory.Create,
};
await using ConfigurationQueue configuration = new(options, TimeProvider.System);
// Requests are measured, not connections: the pool closes those that were idle for 4 s, and a new one costs some 10 KiB.
ForwardingOptions forwarding = new() { UpstreamIdleTimeout = 3_600_000 };
DataPlane plane = new(configuration, new HttpLimits(), forwarding, workerCount: 1, TimeProvider.System, NullLogger.Instance);
configuration.Applied += (_, change) => plane.Apply(change);
string url = $"http://127.0.0.1:{backendPort}";
configuration.Publish(new ProviderConfiguration
{
    Provider = "static",
    Routers = [new RouterDefinition { Name = "app", Rule = "Host(`app.test`) && PathPrefix(`/`)", Service = "app" }],
    Services =
    [
        new ServiceDefinition
        {
            Name = "app",
            Sticky = new StickyCookie { Name = "sticky" },
            Servers = [new ServerDefinition { Identity = url, Instance = url, Url = url, DisplayName = url, Address = new IPEndPoint(IPAddress.Loopback, backendPort) }],
        },
    ],
});
await configuration.WhenAppliedAsync();
EntryPoint entryPoint = new() { Name = "web" };
await using SocketsListener listener = transport.Bind(new ListenAddress(IPAddress.Loopback, 0));
listener.Start(connection => plane.Serve(connection, entryPoint));
Console.WriteLine(listener.EndPoint.Port);
while (Console.ReadLine() is not null)
{
    Console.WriteLine(GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture));
}

if (sites is not null)
{
    Console.WriteLine(sites);
}
