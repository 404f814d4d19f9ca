using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using PipeProxy.Cli.Options;

namespace PipeProxy.Cli.Status;

/// <summary>
/// Answers <c>pipeproxy health</c> on a unix socket: one question, one line, then it closes. It runs on the thread
/// pool, off the data plane, and takes no command. That it cannot be opened never keeps the proxy from starting.
/// </summary>
internal sealed class StatusSocket : IAsyncDisposable
{
    private const int Backlog = 16;
    private const int MostClients = 32;
    private static readonly TimeSpan ClientPatience = TimeSpan.FromSeconds(2);

    private readonly Socket _listener;
    private readonly Func<StatusAnswer> _health;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private int _clients;

    private StatusSocket(Socket listener, string path, Func<StatusAnswer> health)
    {
        (_listener, Path, _health) = (listener, path, health);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>The one question there is.</summary>
    public static ReadOnlySpan<byte> Question => "health\n"u8;

    /// <summary>Where it listens: the path asked for, or the abstract name that stands in.</summary>
    public string Path { get; }

    /// <summary>Opens it, or logs why not and returns null.</summary>
    /// <param name="options">Where.</param>
    /// <param name="health">Asked once a client, on the thread pool; must not block.</param>
    /// <param name="log">Told where it listens and what went wrong.</param>
    public static StatusSocket? Open(StatusSocketOptions options, Func<StatusAnswer> health, ILogger log)
    {
        if (TryListen(options.Path, out Socket? listener, out string problem))
        {
            return new StatusSocket(listener!, options.Path, health);
        }

        bool standIn = options.IsDefault && !StatusAddress.IsAbstract(options.Path);
        if (standIn && TryListen(StatusAddress.AbstractDefault, out listener, out string second))
        {
            StatusLog.StandIn(log, options.Path, problem, StatusAddress.AbstractDefault);
            return new StatusSocket(listener!, StatusAddress.AbstractDefault, health);
        }

        StatusLog.NotOpened(log, options.Path, problem);
        return null;
    }

    /// <summary>Stops answering and removes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        if (!StatusAddress.IsAbstract(Path))
        {
            TryDelete(Path);
        }

        _stopping.Dispose();
    }

    /// <summary>Control characters taken out, so that it is one line and talks to no terminal.</summary>
    internal static string OneLine(string text) => string.Create(text.Length, text, static (line, text) =>
    {
        for (int i = 0; i < line.Length; i++)
        {
            line[i] = char.IsControl(text[i]) ? ' ' : text[i];
        }
    });

    private static bool TryListen(string path, out Socket? listener, out string problem)
    {
        listener = null;
        try
        {
            problem = StatusAddress.IsAbstract(path) ? "" : MakeRoom(path);
            if (problem.Length > 0)
            {
                return false;
            }

            listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(StatusAddress.Of(path));
            if (!StatusAddress.IsAbstract(path) && OperatingSystem.IsLinux())
            {
                // Before Listen: until then nobody can connect, whatever the umask has allowed.
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            listener.Listen(Backlog);
            return true;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            listener?.Dispose();
            listener = null;
            problem = e is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } ? "another instance answers there" : e.Message;
            return false;
        }
    }

    /// <summary>Removes a socket that nobody listens on any more; says why the path cannot be used.</summary>
    private static string MakeRoom(string path)
    {
        FileInfo file = new(path);
        if (!file.Exists)
        {
            return Directory.Exists(path) ? "it is a directory" : "";
        }

        if (file.Length > 0)
        {
            return "it is a file that is no socket";
        }

        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(StatusAddress.Of(path));
            return "another instance answers there";
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // Left behind by an instance that was killed.
            file.Delete();
            return "";
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start removes it.
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Socket client = await _listener.AcceptAsync(_stopping.Token);
                if (Interlocked.Increment(ref _clients) > MostClients)
                {
                    Interlocked.Decrement(ref _clients);
                    client.Dispose();
                    continue;
                }

                _ = AnswerAsync(client);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException) when (!_stopping.IsCancellationRequested)
            {
                // Out of descriptors, or a client that was gone before it was taken: the next one may do.
                await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        // Accepts may complete on a socket thread, where nothing but the data plane has business.
        await Task.Yield();
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        patience.CancelAfter(ClientPatience);
        try
        {
            byte[] question = new byte[Question.Length];
            int length = 0;
            while (length < question.Length)
            {
                int read = await client.ReceiveAsync(question.AsMemory(length), patience.Token);
                if (read == 0)
                {
                    return;
                }

                length += read;
            }

            string line = question.AsSpan().SequenceEqual(Question) ? OneLine(_health().Text) : "unknown question";
            await client.SendAsync(Encoding.UTF8.GetBytes(line + "\n"), patience.Token);
            client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // A client's trouble is its own.
        }
        finally
        {
            client.Dispose();
            Interlocked.Decrement(ref _clients);
        }
    }
}
