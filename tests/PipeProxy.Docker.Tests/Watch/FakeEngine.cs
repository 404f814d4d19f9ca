using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace PipeProxy.Docker.Tests.Watch;

/// <summary>
/// A Docker engine on a unix socket, as good or as bad as a test wants it. Speaks HTTP by hand, so that it can also speak it
/// badly. Every call outside the least privilege list fails the test, at the latest when the engine is disposed.
/// </summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<Socket, bool> _connections = new();
    private readonly ConcurrentDictionary<Socket, bool> _streams = new();
    private readonly ConcurrentDictionary<string, FakeContainer> _containers = new();
    private readonly ConcurrentQueue<string> _history = new();
    private Socket? _listener;

    public FakeEngine()
    {
        Folder = Directory.CreateTempSubdirectory("fake-engine-").FullName;
        Path = System.IO.Path.Combine(Folder, "docker.sock");
        Listen();
    }

    public string Folder { get; }

    public string Path { get; }

    public string Endpoint => "unix://" + Path;

    /// <summary>Method and target of every request, in order of arrival.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Requests outside the list.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();

    /// <summary>Answers a request with raw bytes and closes, where it returns any: half an answer, nonsense.</summary>
    public Func<string, string?> Instead { get; set; } = static _ => null;

    /// <summary>Awaited before an answer is written.</summary>
    public Func<string, Task> Before { get; set; } = static _ => Task.CompletedTask;

    public FakeContainer Add(string name, Action<FakeContainer>? change = null)
    {
        var container = new FakeContainer(name);
        change?.Invoke(container);
        _containers[container.Id] = container;
        return container;
    }

    public void Remove(FakeContainer container) => _containers.TryRemove(container.Id, out _);

    public int Count(string part) => Requests.Count(r => r.Contains(part, StringComparison.Ordinal));

    /// <summary>Sends an event about a container to whoever listens, and keeps it for those who come later.</summary>
    public void Emit(FakeContainer container, string action, DateTimeOffset time, params (string Key, string Value)[] attributes) =>
        Send(Event("container", action, container.Id, time, [.. attributes, ("name", container.Name), .. container.Labels.Select(l => (l.Key, l.Value))]));

    /// <summary>Sends an event about a network.</summary>
    public void EmitNetwork(FakeContainer container, string action, DateTimeOffset time) =>
        Send(Event("network", action, "net-app", time, [("container", container.Id), ("name", "app")]));

    /// <summary>Sends any text on the open event streams.</summary>
    public void Send(string line)
    {
        // Against a stream that opens just now: it gets the line from history, or here.
        lock (_history)
        {
            _history.Enqueue(line);
            foreach (var stream in _streams.Keys)
            {
                Chunk(stream, line);
            }
        }
    }

    /// <summary>Ends the open event streams.</summary>
    public void CloseStreams()
    {
        foreach (var stream in _streams.Keys)
        {
            stream.Dispose();
        }

        _streams.Clear();
    }

    /// <summary>The engine stops listening, its socket file stays, as after a crash.</summary>
    public void Stop()
    {
        _listener?.Dispose();
        foreach (var connection in _connections.Keys)
        {
            connection.Dispose();
        }

        _connections.Clear();
        _streams.Clear();
    }

    public void Listen()
    {
        File.Delete(Path);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        // Bound under another name: the platform removes a socket's file when the socket goes, an engine that is killed does not.
        var bound = Path + ".new";
        _listener.Bind(new UnixDomainSocketEndPoint(bound));
        _listener.Listen(64);
        File.Move(bound, Path);
        _ = AcceptAsync(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        Stop();
        Directory.Delete(Folder, recursive: true);
        _ending.Dispose();
        Assert.Empty(Violations);
    }

    private static string Event(string type, string action, string id, DateTimeOffset time, IEnumerable<(string Key, string Value)> attributes) => new JsonObject
    {
        ["Type"] = type,
        ["Action"] = action,
        ["Actor"] = new JsonObject { ["ID"] = id, ["Attributes"] = new JsonObject(attributes.Select(a => new KeyValuePair<string, JsonNode?>(a.Key, a.Value))) },
        ["scope"] = "local",
        ["time"] = time.ToUnixTimeSeconds(),
        ["timeNano"] = (time - DateTimeOffset.UnixEpoch).Ticks * 100,
    }.ToJsonString();

    private async Task AcceptAsync(Socket listener)
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                var connection = await listener.AcceptAsync();
                _connections[connection] = true;
                _ = ServeAsync(connection);
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        try
        {
            var received = new StringBuilder();
            var buffer = new byte[16 * 1024];
            while (true)
            {
                int end;
                while ((end = received.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
                {
                    var count = await connection.ReceiveAsync(buffer);
                    if (count == 0)
                    {
                        connection.Dispose();
                        return;
                    }

                    received.Append(Encoding.ASCII.GetString(buffer, 0, count));
                }

                var line = received.ToString().Split("\r\n")[0];
                received.Remove(0, end + 4);
                var request = line[..line.LastIndexOf(' ')];
                Requests.Enqueue(request);
                if (!await AnswerAsync(connection, request))
                {
                    return;
                }
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            connection.Dispose();
        }
    }

    // False = the connection answers no further request.
    private async Task<bool> AnswerAsync(Socket connection, string request)
    {
        await Before(request);
        if (Instead(request) is { } raw)
        {
            await connection.SendAsync(Encoding.UTF8.GetBytes(raw));
            connection.Dispose();
            return false;
        }

        var path = request.StartsWith("GET ", StringComparison.Ordinal) ? request[4..].Split('?')[0] : "";
        if (path == "/events")
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
            // As a real engine: everything since, and what comes.
            lock (_history)
            {
                foreach (var line in _history)
                {
                    Chunk(connection, line);
                }

                _streams[connection] = true;
            }

            return false;
        }

        if (path == "/containers/json")
        {
            return await JsonAsync(connection, "200 OK", new JsonArray([.. _containers.Values.Where(c => c.IsRunning).Select(c => c.Row())]));
        }

        if (path.StartsWith("/containers/", StringComparison.Ordinal) && path.EndsWith("/json", StringComparison.Ordinal))
        {
            return _containers.TryGetValue(path.Split('/')[2], out var container)
                ? await JsonAsync(connection, "200 OK", container.Inspect())
                : await JsonAsync(connection, "404 Not Found", new JsonObject { ["message"] = "No such container" });
        }

        if (path is not ("/_ping" or "/version"))
        {
            Violations.Enqueue(request);
        }

        return await JsonAsync(connection, path is "/_ping" or "/version" ? "200 OK" : "403 Forbidden", new JsonObject());
    }

    private static async Task<bool> JsonAsync(Socket connection, string status, JsonNode body)
    {
        var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
        await connection.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {bytes.Length}\r\n\r\n"));
        await connection.SendAsync(bytes);
        return true;
    }

    private static void Chunk(Socket stream, string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        try
        {
            stream.Send([.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, .. "\r\n"u8]);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Whoever listened has left.
        }
    }
}
