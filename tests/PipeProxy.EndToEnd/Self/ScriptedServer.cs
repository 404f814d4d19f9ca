using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PipeProxy.EndToEnd.Self;

/// <summary>A server that says what a test tells it to, right or wrong: what the harness must find is staged here.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<string, Reply> _answer;
    private readonly Task _accepting;

    /// <summary>Listens on loopback.</summary>
    /// <param name="answer">Called with each request head, in order of arrival.</param>
    public ScriptedServer(Func<string, Reply> answer)
    {
        _answer = answer;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>A good answer of a container.</summary>
    public static Reply Of(string container, string moreFields = "") => new(
        $"HTTP/1.1 200 OK\r\nX-Container: {container}\r\n{moreFields}Content-Length: {container.Length}\r\n\r\n{container}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptAsync()));
            }
        }
        catch (SocketException)
        {
            // Disposed.
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(Socket socket)
    {
        using var owned = socket;
        try
        {
            await using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var head = new StringBuilder();
            while (await reader.ReadLineAsync() is { } line)
            {
                head.Append(line).Append('\n');
                if (line.Length > 0)
                {
                    continue;
                }

                Reply reply = _answer(head.ToString());
                head.Clear();
                await stream.WriteAsync(Encoding.Latin1.GetBytes(reply.Bytes));
                if (reply.Then == Then.Close)
                {
                    return;
                }

                if (reply.Then == Then.Reset)
                {
                    socket.LingerState = new LingerOption(true, 0);
                    return;
                }
            }
        }
        catch (IOException)
        {
            // The client went away.
        }
    }
}

/// <summary>What happens to the connection after a reply.</summary>
internal enum Then
{
    /// <summary>It stays.</summary>
    Stay,

    /// <summary>It is closed.</summary>
    Close,

    /// <summary>It is reset.</summary>
    Reset,
}

/// <summary>Bytes, and what follows them.</summary>
internal sealed record Reply(string Bytes, Then Then = Then.Stay);
