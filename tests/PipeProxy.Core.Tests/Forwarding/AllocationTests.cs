using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit.Abstractions;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>
/// The steady path allocates nothing: real requests over loopback through a proxy in a process of its own, whose
/// allocated bytes are read before and after. Clients and backend are plain blocking sockets of this process.
/// </summary>
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests(ITestOutputHelper output)
{
    private const int Connections = 12;
    private const int WarmUp = 30_000;
    private const int Requests = 100_000;

    // Bytes a request. The smallest object there is (24 bytes), made for every 240th request, is more than that; reading the
    // counter and a box that changes its thread are less.
    private const double Bound = 0.1;

    // The compiler makes classes of asynchronous methods there, and every call of one allocates.
#if DEBUG
    private const string? Skip = "Means something in Release only.";
#else
    private const string? Skip = null;
#endif

    private static readonly byte[] s_answer = "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!"u8.ToArray();

    // The first request of each client is answered when all of them are there: from then on the proxy has a connection for each.
    private readonly Barrier _allThere = new(Connections);
    private int _accepted;

    [Fact(Skip = Skip)]
    public async Task KeepAliveGets_WithAStickyCookie_AllocateNothing()
    {
        using Socket backend = Listen();
        Thread accepting = new(() => Accept(backend)) { IsBackground = true };
        accepting.Start();
        using Process probe = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "PipeProxy.AllocationProbe.dll"), $"{((IPEndPoint)backend.LocalEndPoint!).Port}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            int port = int.Parse((await ReadLineAsync(probe))!, CultureInfo.InvariantCulture);
            Client[] clients = [.. Enumerable.Range(0, Connections).Select(_ => new Client(port))];
            Run(clients, WarmUp);
            Assert.Equal(Connections, Volatile.Read(ref _accepted));
            long before = await AllocatedAsync(probe);
            Run(clients, Requests);
            long allocated = await AllocatedAsync(probe) - before;
            output.WriteLine($"{allocated / (double)Requests:F3} bytes a request ({allocated} in all)");
            Assert.Equal(Connections, Volatile.Read(ref _accepted));
            Assert.True(allocated < Requests * Bound, $"{allocated} bytes for {Requests} requests");
        }
        finally
        {
            probe.Kill();
        }
    }

    private static void Run(Client[] clients, int requests)
    {
        Thread[] threads = [.. clients.Select(c => new Thread(() => c.Run(requests / clients.Length)))];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.All(clients, c => Assert.Null(c.Failure));
    }

    private static async Task<long> AllocatedAsync(Process probe)
    {
        await probe.StandardInput.WriteLineAsync();
        await probe.StandardInput.FlushAsync();
        return long.Parse((await ReadLineAsync(probe))!, CultureInfo.InvariantCulture);
    }

    private static Task<string?> ReadLineAsync(Process probe) => probe.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));

    private static Socket Listen()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(100);
        return socket;
    }

    private void Accept(Socket listener)
    {
        try
        {
            while (true)
            {
                Socket socket = listener.Accept();
                socket.NoDelay = true;
                Interlocked.Increment(ref _accepted);
                new Thread(() => Answer(socket)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    /// <summary>Answers each blank line with the same bytes, the first one when every connection has got its own.</summary>
    private void Answer(Socket socket)
    {
        byte[] buffer = new byte[8192];
        int length = 0;
        bool first = true;
        try
        {
            while (socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None) is > 0 and int got)
            {
                length += got;
                if (buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
                {
                    length = 0;
                    if (first && !_allThere.SignalAndWait(TimeSpan.FromSeconds(60)))
                    {
                        // The clients see a connection that ends.
                        socket.Dispose();
                        return;
                    }

                    first = false;
                    socket.Send(s_answer);
                }
            }
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>One connection that asks and checks, again and again, always with the cookie it was given.</summary>
    private sealed class Client
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly byte[] _buffer = new byte[4096];
        private byte[] _request = "GET /hello?x=1 HTTP/1.1\r\nHost: app.test\r\nUser-Agent: probe\r\nAccept: */*\r\n\r\n"u8.ToArray();

        public Client(int port) => _socket.Connect(IPAddress.Loopback, port);

        public Exception? Failure { get; private set; }

        public void Run(int requests)
        {
            try
            {
                for (int i = 0; i < requests; i++)
                {
                    _socket.Send(_request);
                    int length = 0;
                    while (!_buffer.AsSpan(0, length).EndsWith("Hello, world!"u8))
                    {
                        int got = _socket.Receive(_buffer, length, _buffer.Length - length, SocketFlags.None);
                        Assert.NotEqual(0, got);
                        length += got;
                    }

                    TakeCookie(_buffer.AsSpan(0, length));
                }
            }
            catch (Exception e)
            {
                Failure = e;
            }
        }

        private void TakeCookie(ReadOnlySpan<byte> response)
        {
            int at = response.IndexOf("Set-Cookie: "u8);
            if (at >= 0)
            {
                ReadOnlySpan<byte> cookie = response[(at + 12)..];
                cookie = cookie[..cookie.IndexOf((byte)';')];
                _request = Encoding.ASCII.GetBytes($"GET /hello?x=1 HTTP/1.1\r\nHost: app.test\r\nUser-Agent: probe\r\nAccept: */*\r\nCookie: a=b; {Encoding.ASCII.GetString(cookie)}\r\n\r\n");
            }
        }
    }
}
