using System.Net.Sockets;
using PipeProxy.Cli.Options;

namespace PipeProxy.Cli;

/// <summary>The proxy cannot start, or go on, for a reason that the user can mend: said in one line, without a stack.</summary>
internal sealed class StartFailure(int exitCode, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>One of <see cref="PipeProxy.Cli.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>An entry point that cannot listen, with the way out.</summary>
    public static StartFailure CannotListen(EntryPointOptions entryPoint, SocketException cause)
    {
        string flag = $"--entrypoints.{entryPoint.Name}.address";
        string reason = cause.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"port {entryPoint.Port} is in use by another process: stop it, or give {flag} another port",
            SocketError.AccessDenied => $"listening on port {entryPoint.Port} is not allowed: run as root or with CAP_NET_BIND_SERVICE, or give {flag} a port from 1024 up",
            SocketError.AddressNotAvailable => $"{entryPoint.Host} is not an address of this machine: give {flag} one that is, or none for all of them",
            _ => cause.Message,
        };
        return new StartFailure(Cli.ExitCode.Unavailable, $"entry point {entryPoint.Name} cannot listen on {entryPoint.Address}: {reason}", cause);
    }
}
