using System.Net.Sockets;

namespace PipeProxy.Core.Transport.Sockets;

/// <summary>What the kernel knows of a connection's state: tcp(7), TCP_INFO. Elsewhere than on Linux it knows nothing.</summary>
internal static class TcpState
{
    private const int ProtocolTcp = 6;
    private const int TcpInfo = 11;
    // include/net/tcp_states.h
    private const byte TimeWait = 6;
    private const byte Close = 7;
    private const byte CloseWait = 8;
    private const byte LastAck = 9;
    private const byte Closing = 11;

    /// <summary>
    /// True where the connection was reset and not ended by a FIN. Asked at the end of input, while our own FIN is
    /// not out: a failing send takes the pending error away, and a read then sees an end that looks like a FIN.
    /// </summary>
    public static bool IsReset(Socket socket) => Read(socket) == Close;

    /// <summary>True once the peer's FIN or reset has arrived, read or not.</summary>
    public static bool HasPeerEnded(Socket socket) => Read(socket) is TimeWait or Close or CloseWait or LastAck or Closing;

    private static byte Read(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        Span<byte> info = stackalloc byte[8];
        try
        {
            return socket.GetRawSocketOption(ProtocolTcp, TcpInfo, info) > 0 ? info[0] : (byte)0;
        }
        catch (SocketException)
        {
            return 0;
        }
        catch (ObjectDisposedException)
        {
            return Close;
        }
    }
}
