using System.Net.Sockets;

namespace PipeProxy.Core.Transport;

/// <summary>An address can't be listened on: in use, not ours, or not allowed.</summary>
public sealed class ListenException(ListenAddress address, SocketException cause)
    : IOException($"cannot listen on {address}: {Reason(cause)}", cause)
{
    /// <summary>The address that was asked for.</summary>
    public ListenAddress Address { get; } = address;

    /// <summary>What the system said.</summary>
    public SocketError Error { get; } = cause.SocketErrorCode;

    /// <summary>True where another socket listens there.</summary>
    public bool IsInUse => Error == SocketError.AddressAlreadyInUse;

    private static string Reason(SocketException cause) => cause.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "the port is in use",
        SocketError.AccessDenied => "not permitted (ports under 1024 may need a privilege)",
        SocketError.AddressNotAvailable => "the address is not one of this machine's",
        _ => cause.Message,
    };
}
