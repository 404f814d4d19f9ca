using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PipeProxy.Cli.Options;

namespace PipeProxy.Cli.Flags;

/// <summary>Where somebody listens.</summary>
/// <param name="Host">Null = every address.</param>
/// <param name="Port">0 to 65535.</param>
internal readonly record struct ListenAddress(IPAddress? Host, int Port);

/// <summary>Addresses: of entry points, of backends, of the Docker engine, of the status socket, and the cookie's name.</summary>
internal static class Addresses
{
    /// <summary><c>[host]:port</c>, with Traefik's suffix <c>/tcp</c> allowed.</summary>
    public static readonly ValueSyntax<ListenAddress> Listen = new("[HOST]:PORT", ReadListen);

    /// <summary>A backend's URL.</summary>
    public static readonly ValueSyntax<StaticBackend> Backend = new("URL", ReadBackend);

    /// <summary>Where the Docker engine answers.</summary>
    public static readonly ValueSyntax<Uri> Engine = new("URL", ReadEngine);

    /// <summary>A path, or an abstract name.</summary>
    public static readonly ValueSyntax<string> StatusSocket = new("PATH", static text => text switch
    {
        // sun_path holds 108 bytes, the last of a path a NUL: unix(7).
        _ when System.Text.Encoding.UTF8.GetByteCount(text) > 107 => Reading<string>.Wrong("a path of at most 107 bytes"),
        _ when text.Contains('\0') => Reading<string>.Wrong("a path without NUL"),
        _ when text.StartsWith('/') && !text.EndsWith('/') => Reading<string>.Of(text),
        _ when text.StartsWith('@') && text.Length > 1 => Reading<string>.Of(text),
        _ => Reading<string>.Wrong("an absolute path such as /run/pipeproxy.sock, or an abstract name such as @pipeproxy"),
    });

    /// <summary>A cookie's name: a token of RFC 9110 5.6.2.</summary>
    public static readonly ValueSyntax<string> Cookie = new("COOKIE", static text => text.Length is > 0 and <= 256 && text.All(IsTokenCharacter)
        ? Reading<string>.Of(text)
        : Reading<string>.Wrong("a cookie name: letters, digits and !#$%&'*+-.^_`|~"));

    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c);

    private static Reading<ListenAddress> ReadListen(string text)
    {
        const string Expected = "an address such as :80, 127.0.0.1:8080 or [::1]:80";
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            string protocol = text[(slash + 1)..];
            if (protocol.Equals("udp", StringComparison.OrdinalIgnoreCase))
            {
                return Reading<ListenAddress>.Wrong("a TCP address: HTTP over UDP is not served");
            }

            if (!protocol.Equals("tcp", StringComparison.OrdinalIgnoreCase))
            {
                return Reading<ListenAddress>.Wrong(Expected);
            }

            text = text[..slash];
        }

        int colon = text.LastIndexOf(':');
        if (colon < 0 || !TryReadPort(text.AsSpan(colon + 1), 0, out int port))
        {
            bool portAlone = TryReadPort(text, 0, out int alone);
            return Reading<ListenAddress>.Wrong(portAlone ? $"an address with a colon: :{alone}" : Expected);
        }

        string host = text[..colon];
        if (host is "" or "*")
        {
            return Reading<ListenAddress>.Of(new(null, port));
        }

        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return Reading<ListenAddress>.Of(new(IPAddress.Loopback, port));
        }

        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            return IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out IPAddress? six) && six.AddressFamily == AddressFamily.InterNetworkV6
                ? Reading<ListenAddress>.Of(new(six, port))
                : Reading<ListenAddress>.Wrong("an IPv6 address between [ and ]");
        }

        if (host.Contains(':'))
        {
            return Reading<ListenAddress>.Wrong($"an IPv6 address in brackets: [{host}]:{port}");
        }

        return IsDottedQuad(host) && IPAddress.TryParse(host, out IPAddress? four)
            ? Reading<ListenAddress>.Of(new(four, port))
            : Reading<ListenAddress>.Wrong($"an address of this machine in numbers, or none for all of them: :{port}");
    }

    private static Reading<StaticBackend> ReadBackend(string text)
    {
        const string Example = "http://10.0.0.7:3000";
        int schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd < 0)
        {
            return Reading<StaticBackend>.Wrong(text.Length > 0 && Uri.TryCreate("http://" + text, UriKind.Absolute, out _)
                ? $"a URL: http://{text}"
                : $"a URL such as {Example}");
        }

        if (text.AsSpan(0, schemeEnd).Equals("https", StringComparison.OrdinalIgnoreCase))
        {
            return Reading<StaticBackend>.Wrong("an http URL: TLS to backends is not built yet, and an https backend is never spoken to in clear");
        }

        if (!text.AsSpan(0, schemeEnd).Equals("http", StringComparison.OrdinalIgnoreCase))
        {
            return Reading<StaticBackend>.Wrong($"an http URL such as {Example}");
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Host.Length == 0 || url.Port is < 1 or > 65535)
        {
            return Reading<StaticBackend>.Wrong($"a URL such as {Example}");
        }

        if (url.UserInfo.Length > 0)
        {
            return Reading<StaticBackend>.Wrong("a URL without user and password");
        }

        return url.PathAndQuery is "/" && url.Fragment.Length == 0 && !text.Contains('?') && !text.Contains('#')
            ? Reading<StaticBackend>.Of(new StaticBackend(url.IdnHost.Trim('[', ']'), url.Port))
            : Reading<StaticBackend>.Wrong($"a URL without a path, since requests go on with their own: {new StaticBackend(url.IdnHost.Trim('[', ']'), url.Port).Url}");
    }

    private static Reading<Uri> ReadEngine(string text)
    {
        const string Expected = "an engine such as unix:///var/run/docker.sock, tcp://10.0.0.2:2375 or http://socket-proxy:2375";
        if (text.StartsWith('/'))
        {
            return Reading<Uri>.Wrong($"a URL: unix://{text}");
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url))
        {
            return Reading<Uri>.Wrong(Expected);
        }

        return url.Scheme switch
        {
            "unix" => url.Host.Length == 0 && url.AbsolutePath.Length > 1
                ? Reading<Uri>.Of(url)
                : Reading<Uri>.Wrong("three slashes and an absolute path: unix:///var/run/docker.sock"),
            "tcp" or "http" => url.Host.Length > 0 && (url.Scheme == "http" || url.Port > 0) && url.UserInfo.Length == 0
                ? Reading<Uri>.Of(url)
                : Reading<Uri>.Wrong($"a host and a port: {url.Scheme}://host:2375"),
            "https" => Reading<Uri>.Wrong("an engine without TLS (unix://, tcp:// or http://): TLS to the engine is not built; put a socket proxy before it"),
            "ssh" or "npipe" or "fd" => Reading<Uri>.Wrong($"unix://, tcp:// or http://; {url.Scheme}:// is not served"),
            _ => Reading<Uri>.Wrong(Expected),
        };
    }

    private static bool TryReadPort(ReadOnlySpan<char> text, int least, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port >= least && port <= 65535 && text.Length <= 5;

    private static bool IsDottedQuad(string host)
    {
        string[] parts = host.Split('.');
        return parts.Length == 4 && parts.All(static part => part.Length is > 0 and <= 3 && part.All(char.IsAsciiDigit));
    }
}
