using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PipeProxy.Admin.Api;
using PipeProxy.Admin.Transport;
using PipeProxy.Core.Transport;

namespace PipeProxy.Admin;

/// <summary>
/// The admin application: ASP.NET Core on a listener that has no socket. The data plane reaches it as the backend
/// <see cref="AdminConfiguration.ApiBackend"/>, so that entry points, routers and middlewares hold for it as for any other.
/// </summary>
public sealed class AdminApplication : IAsyncDisposable
{
    // Longer than what the data plane lets through, so that it alone decides: its own fields come on top.
    private const int RequestLineBytes = 64 * 1024;
    private const int HeadBytes = 256 * 1024;
    private const int HeadFields = 1_000;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly WebApplication _application;
    private readonly InProcessTransport _transport;

    private AdminApplication(WebApplication application, InProcessTransport transport)
    {
        _application = application;
        _transport = transport;
    }

    /// <summary>Starts it. Nothing is bound; connections come by <see cref="Connect"/>.</summary>
    /// <param name="sources">What it shows.</param>
    /// <param name="logs">Where its warnings and errors go, under <c>admin</c>. Not disposed.</param>
    public static async Task<AdminApplication> StartAsync(AdminSources sources, ILoggerFactory logs)
    {
        InProcessTransport transport = new();
        // The empty builder: the slim one would read appsettings.json of the working directory and the variables
        // ASPNETCORE_* and DOTNET_*, watch files, and log to the console on its own.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "PipeProxy.Admin",
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Services.AddSingleton<ILoggerFactory>(new QuietLoggerFactory(logs));
        builder.Services.AddSingleton<IHostLifetime, HostedElsewhere>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        builder.Services.RemoveAll<IConnectionListenerFactory>();
        builder.Services.AddSingleton<IConnectionListenerFactory>(transport);

        WebApplication application = builder.Build();
        application.Run(new ApiEndpoints(sources).AnswerAsync);
        await application.StartAsync();
        return new AdminApplication(application, transport);
    }

    /// <summary>A new connection to the application. Its end resumes on <paramref name="worker"/>, the other on the thread pool.</summary>
    /// <exception cref="IOException">The application has ended.</exception>
    public Connection Connect(Worker worker) => _transport.Connect(worker).Near;

    /// <summary>Ends it: requests under way have a second, then they are cut.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(StopPatience);
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
    }

    /// <summary>Services of the application, for tests.</summary>
    internal IServiceProvider Services => _application.Services;

    /// <summary>What its connections come by, for tests.</summary>
    internal InProcessTransport Transport => _transport;

    private static void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MaxRequestLineSize = RequestLineBytes;
        options.Limits.MaxRequestHeadersTotalSize = HeadBytes;
        options.Limits.MaxRequestHeaderCount = HeadFields;
        options.Limits.MaxRequestBufferSize = HeadBytes + RequestLineBytes;
        // How slow a client may be is the entry point's to say.
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Listen(InProcessEndPoint.Instance, static listen => listen.Protocols = HttpProtocols.Http1);
    }

    /// <summary>Signals belong to the process: the default lifetime would end this application at the first SIGTERM, in the midst of a drain.</summary>
    private sealed class HostedElsewhere : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
