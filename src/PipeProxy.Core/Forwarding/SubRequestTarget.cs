using System.Net;
using System.Text;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// A server outside every service, given by an absolute http URL, that a middleware asks. A name is resolved off the
/// loop, at most every 10 s while it is used; the last good answer is kept.
/// </summary>
internal sealed class SubRequestTarget
{
    private const long ResolveIntervalMilliseconds = 10_000;
    private readonly string _host;
    private readonly int _port;
    private Backend[] _backends = [];
    private Task? _resolving;
    private long _resolvedAt;
    private int _next;

    /// <exception cref="FormatException">Not an absolute http URL.</exception>
    public SubRequestTarget(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Scheme != "http" || uri.UserInfo.Length > 0)
        {
            throw new FormatException($"'{url}' is no absolute http URL, as in http://auth:4181/verify.");
        }

        _host = uri.DnsSafeHost;
        _port = uri.Port;
        PathAndQuery = Encoding.ASCII.GetBytes(uri.PathAndQuery);
        Authority = Encoding.ASCII.GetBytes(uri.Authority);
    }

    /// <summary>What is asked for.</summary>
    public byte[] PathAndQuery { get; }

    /// <summary>For Host.</summary>
    public byte[] Authority { get; }

    /// <summary>The next of the addresses; null when the name has never been resolved.</summary>
    public async ValueTask<Backend?> NextAsync(Exchange exchange)
    {
        long now = Environment.TickCount64;
        long last = Volatile.Read(ref _resolvedAt);
        if (last == 0 || now - last > ResolveIntervalMilliseconds)
        {
            Task resolving = StartResolving(now);
            if (Volatile.Read(ref _backends).Length == 0)
            {
                await resolving.ConfigureAwait(false);
                await new WorkerHop(exchange.Client.Worker);
            }
        }

        Backend[] backends = Volatile.Read(ref _backends);
        return backends.Length == 0 ? null : backends[(uint)Interlocked.Increment(ref _next) % (uint)backends.Length];
    }

    private Task StartResolving(long now)
    {
        if (Volatile.Read(ref _resolving) is { IsCompleted: false } running)
        {
            return running;
        }

        Volatile.Write(ref _resolvedAt, now);
        Task started = Task.Run(ResolveAsync);
        Volatile.Write(ref _resolving, started);
        return started;
    }

    private async Task ResolveAsync()
    {
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(_host);
            Backend[] old = Volatile.Read(ref _backends);
            Backend[] made = [.. addresses.Select(a => new IPEndPoint(a, _port)).Select(e => old.FirstOrDefault(b => e.Equals(b.Address)) ?? Make(e))];
            if (made.Length > 0)
            {
                Volatile.Write(ref _backends, made);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The last good answer stays; where there is none the request is refused, and the next one asks again.
            Volatile.Write(ref _resolvedAt, 0);
        }
    }

    private Backend Make(IPEndPoint endPoint)
    {
        string url = $"http://{endPoint}";
        return new Backend(new ServerDefinition { Identity = url, Instance = url, Url = url, DisplayName = _host, Address = endPoint });
    }
}
