using System.Net;
using System.Net.Sockets;

namespace PipeProxy.Core.Tests.Transport;

/// <summary>
/// A scripted peer over a real socket. With inline completions a test would go on on the runtime's socket thread, where
/// it must not block: so each wait here ends on the thread pool.
/// </summary>
internal sealed class SocketPeer(Socket socket) : ScriptedPeer
{
    public Socket Socket => socket;

    public static async Task<SocketPeer> ConnectAsync(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endPoint);
        await Task.Yield();
        return new SocketPeer(socket);
    }

    public override void ShutdownSend() => socket.Shutdown(SocketShutdown.Send);

    public override void Abort()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Dispose();
    }

    public override void Dispose()
    {
        if (socket.SafeHandle.IsClosed)
        {
            return;
        }

        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
        }

        socket.Dispose();
    }

    protected override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        int count = await socket.ReceiveAsync(buffer, SocketFlags.None);
        await Task.Yield();
        return count;
    }

    protected override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
        }

        await Task.Yield();
    }
}
