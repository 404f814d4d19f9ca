using System.Net.Sockets;
using Docker.DotNet.Handler.Abstractions;
using Microsoft.Extensions.Logging;

namespace PipeProxy.Docker.Engine;

/// <summary>
/// How requests reach the engine: the platform's HTTP handler over the endpoint's socket. Whatever comes back is handed on
/// upon the thread pool: a socket's completion may run on the thread that serves clients' sockets, and parsing a large
/// answer there would stop them.
/// </summary>
internal sealed class EngineTransport : IDockerHandlerFactory<EngineEndpoint>
{
    /// <summary>An answer is at most this long; an engine with 10 000 containers lists them in a quarter of it.</summary>
    private const int AnswerLimit = 64 * 1024 * 1024;

    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(5);

    public ResolvedTransport CreateHandler(ResolvedClientOptions clientOptions, ILogger logger) =>
        throw new NotSupportedException("The endpoint is given by the transport options.");

    public ResolvedTransport CreateHandler(EngineEndpoint transportOptions, ResolvedClientOptions clientOptions, ILogger logger)
    {
        var sockets = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = _connectTimeout,
            MaxResponseHeadersLength = 64,
            // An engine that restarts must not be met with a connection of its former life.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),
        };
        if (transportOptions.SocketPath is { } path)
        {
            sockets.ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        return new ResolvedTransport(new PoolHop(sockets), transportOptions.Url);
    }

    public Task<WriteClosableStream> HijackStreamAsync(HttpContent content) =>
        throw new NotSupportedException("No request of this program takes a connection over.");

    private sealed class PoolHop(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            // The event stream has no end; whoever reads it hops by himself.
            if (!request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal))
            {
                await response.Content.LoadIntoBufferAsync(AnswerLimit, cancellationToken);
            }

            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return response;
        }
    }
}
