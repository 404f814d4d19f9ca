using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Http;
using PipeProxy.Core.Middleware;
using PipeProxy.Core.Transport;

namespace PipeProxy.Admin.Tests;

/// <summary>A configuration queue, a data plane and the admin application, as a composition root joins them.</summary>
internal sealed class AdminFixture : IAsyncDisposable
{
    private AdminFixture(ConfigurationQueue queue, DataPlane plane, AdminApplication application)
    {
        Queue = queue;
        Plane = plane;
        Application = application;
    }

    public ConfigurationQueue Queue { get; }

    public DataPlane Plane { get; }

    public AdminApplication Application { get; }

    public OneThreadWorker Worker { get; } = new();

    public static async Task<AdminFixture> StartAsync(Func<AdminSources, AdminSources>? change = null, ILoggerFactory? logs = null)
    {
        ConfigurationOptions options = new()
        {
            EntryPoints = [new EntryPointDefinition("web"), new EntryPointDefinition("traefik", IsAdmin: true)],
            CompileMiddleware = MiddlewareFactory.Create,
        };
        ConfigurationQueue queue = new(options, new FixedClock());
        DataPlane plane = new(queue, new HttpLimits(), new ForwardingOptions(), workerCount: 1, new FixedClock(), NullLogger.Instance);
        AdminSources sources = new()
        {
            Configuration = queue,
            DataPlane = plane,
            EntryPoints = [new AdminEntryPoint("web", ":80"), new AdminEntryPoint("traefik", ":8080")],
            Version = "0.1.0",
            StartedAt = FixedClock.Now,
            Providers = ["Docker"],
            Ping = true,
            DockerConnected = static () => true,
        };
        AdminApplication application = await AdminApplication.StartAsync(change?.Invoke(sources) ?? sources, logs ?? NullLoggerFactory.Instance);
        plane.AddInternalBackend(AdminConfiguration.ApiBackend, application.Connect);
        return new AdminFixture(queue, plane, application);
    }

    public Connection Connect() => Application.Connect(Worker);

    public async Task<Answer> GetAsync(string target, string method = "GET")
    {
        using Connection connection = Connect();
        return await Answer.GetAsync(connection, target, method);
    }

    public async Task PublishAsync(params ProviderConfiguration[] configurations)
    {
        foreach (ProviderConfiguration configuration in configurations)
        {
            Queue.Publish(configuration);
            // One by one, so that the version counts them.
            await Queue.WhenAppliedAsync();
        }
    }

    public static ServerDefinition Server(int number, ServerPresence presence = ServerPresence.Running, int weight = 1, string? name = null) => new()
    {
        Identity = $"webapp|{number}",
        Instance = $"webapp|{number}|{presence}",
        Url = $"http://172.18.0.{number}:3000",
        DisplayName = name ?? $"demo-webapp-{number}",
        Address = new IPEndPoint(IPAddress.Parse($"172.18.0.{number}"), 3000),
        Presence = presence,
        Weight = weight,
    };

    public async ValueTask DisposeAsync()
    {
        await Application.DisposeAsync();
        await Queue.DisposeAsync();
        Worker.Dispose();
    }
}
