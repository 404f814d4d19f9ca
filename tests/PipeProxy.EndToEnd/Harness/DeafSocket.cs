using System.Net.Sockets;
using System.Text;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>
/// The engine's socket, until it goes deaf: from then on lists and inspections are still answered by the engine, but no
/// event comes any more. For control runs: a proxy behind it does not learn of what happens to a container.
/// </summary>
internal sealed class DeafSocket : IAsyncDisposable
{
    private const string EnginePath = "/var/run/docker.sock";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeproxy-deaf-");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;
    private volatile bool _deaf;

    /// <summary>Listens, in a folder of its own.</summary>
    public DeafSocket()
    {
        Path = System.IO.Path.Combine(_folder.FullName, "docker.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it is on this machine.</summary>
    public string Path { get; }

    /// <summary>No event passes any more.</summary>
    public void GoDeaf() => _deaf = true;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptAsync(_end.Token)));
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The end; those who are served are told by the same token.
        }

        await Task.WhenAll(serving);
    }

    /// <summary>One request a connection: the engine is asked to close after its answer, and what it says is passed on.</summary>
    private async Task ServeAsync(Socket client)
    {
        using (client)
        using (var engine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            try
            {
                string head = await ReadHeadAsync(client);
                bool events = head.Split(' ', 3)[1].Contains("/events", StringComparison.Ordinal);
                await engine.ConnectAsync(new UnixDomainSocketEndPoint(EnginePath), _end.Token);
                int firstLine = head.IndexOf("\r\n", StringComparison.Ordinal) + 2;
                await engine.SendAsync(
                    Encoding.ASCII.GetBytes(head.Insert(firstLine, "Connection: close\r\n")), SocketFlags.None, _end.Token);
                byte[] buffer = new byte[16 * 1024];
                while (await engine.ReceiveAsync(buffer, SocketFlags.None, _end.Token) is > 0 and int read)
                {
                    if (!(events && _deaf))
                    {
                        await client.SendAsync(buffer.AsMemory(0, read), SocketFlags.None, _end.Token);
                    }
                }
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                // Either side went away, or the test is over.
            }
        }
    }

    /// <summary>Reads up to the empty line; none of the requests in question has a body.</summary>
    private async Task<string> ReadHeadAsync(Socket client)
    {
        byte[] buffer = new byte[16 * 1024];
        int length = 0;
        while (!buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            int read = await client.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, _end.Token);
            length += read;
            if (read == 0)
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }
        }

        return Encoding.ASCII.GetString(buffer, 0, length);
    }
}
