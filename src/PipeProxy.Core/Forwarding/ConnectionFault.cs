using System.Net.Sockets;

namespace PipeProxy.Core.Forwarding;

/// <summary>Which exceptions say that a connection broke, and nothing worse.</summary>
internal static class ConnectionFault
{
    /// <summary>True for a reset, an abort or a read after our own abort.</summary>
    public static bool Is(Exception e) => e is IOException or OperationCanceledException or SocketException or ObjectDisposedException;
}
