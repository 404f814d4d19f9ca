using System.Net;
using System.Net.Sockets;
using Docker.DotNet;

namespace PipeProxy.Docker.Engine;

/// <summary>Why the engine could not be read, and the way out, in one line.</summary>
/// <param name="Reason">For people.</param>
/// <param name="IsRefusal">The socket exists, and nobody listens on it.</param>
internal readonly record struct EngineFailure(string Reason, bool IsRefusal)
{
    /// <summary>What an outage of a unix socket that refuses often means.</summary>
    public const string FileMountCause = "the engine may have made a new socket file, which a mount of the file does not follow: mount its folder "
        + "(for example /var/run:/var/run/host:ro) and name the socket in it with --providers.docker.endpoint, or restart this container";

    public static EngineFailure Of(Exception failure, EngineEndpoint endpoint)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return new($"{endpoint.Text} refuses connections: is the Docker engine running?", true);
                case SocketException { SocketErrorCode: SocketError.AccessDenied }:
                    return new($"{endpoint.Text} may not be opened: run as root or in the group that owns the socket, or go through a socket proxy", false);
                // ENOENT has no value of its own in SocketError.
                case SocketException socket when endpoint.SocketPath is { } path && !File.Exists(path):
                    return new($"{path} does not exist ({socket.SocketErrorCode}): mount the engine's socket there, or name another with --providers.docker.endpoint", false);
                case SocketException socket:
                    return new($"{endpoint.Text} can't be reached: {socket.Message}", false);
                case DockerApiException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } answer:
                    return new($"{endpoint.Text} forbids a request ({(int)answer.StatusCode}): GET on /events, /containers/json and /containers/{{id}}/json is needed", false);
                case DockerApiException answer:
                    return new($"{endpoint.Text} answered {(int)answer.StatusCode}", false);
                case TimeoutException or InvalidDataException:
                    return new($"{endpoint.Text}: {cause.Message}", false);
                case HttpIOException:
                    return new($"{endpoint.Text}: the connection broke off, or what came is no HTTP", false);
                case System.Text.Json.JsonException:
                    return new($"{endpoint.Text} sent an answer that is not the engine's", false);
            }
        }

        // The message of an unknown failure may repeat what the engine sent.
        return new($"{endpoint.Text} can't be read ({failure.GetType().Name})", false);
    }
}
