using System.Net;
using System.Net.Sockets;
using static PipeProxy.EndToEnd.Harness.DockerHost;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>TCP ports of this machine.</summary>
internal static class HostPorts
{
    /// <summary>A loopback port that is free at this moment.</summary>
    public static int Free()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Fails, naming the holder where it can be found, when a port is taken.</summary>
    public static async Task ExpectFreeAsync(params int[] ports)
    {
        foreach (int port in ports)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            // Without it, connections that a former test left in TIME_WAIT would hold the port.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                socket.Listen();
            }
            catch (SocketException error)
            {
                throw new InvalidOperationException(
                    $"port {port} is needed but not free ({error.SocketErrorCode}): {await HolderAsync(port)}", error);
            }
        }
    }

    private static async Task<string> HolderAsync(int port)
    {
        string container = await DockerAsync(
            "ps", "--filter", $"publish={port}", "--format", "container {{.Names}} of image {{.Image}}");
        if (container.Length > 0)
        {
            return $"{container} holds it; `docker rm -f` ends it";
        }

        if (Command.Find("ss") is { } ss)
        {
            string row = (await Command.RunAsync(ss, ["-Hltnp", $"sport = :{port}"])).Output.Trim();
            return row.Length > 0 ? row : "ss names no holder";
        }

        return "find the holder with `ss -ltnp`";
    }
}
