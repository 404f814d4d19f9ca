using System.Globalization;
using System.Net;

namespace PipeProxy.Core.Transport;

/// <summary>
/// Where a listener binds: <c>[host]:port</c> as entry points write it. Without a host it is every address, IPv6 and
/// IPv4 on one socket; port 0 lets the system choose.
/// </summary>
public readonly record struct ListenAddress(IPAddress? Host, int Port)
{
    /// <summary>
    /// Reads <c>:80</c>, <c>127.0.0.1:80</c>, <c>[::1]:80</c>, <c>localhost:80</c>, each also with <c>/tcp</c>.
    /// Other names are not resolved; UDP is not served.
    /// </summary>
    public static bool TryParse(string text, out ListenAddress address)
    {
        address = default;
        ReadOnlySpan<char> rest = text;
        if (rest.EndsWith("/tcp", StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[..^4];
        }

        int colon = rest.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return false;
        }

        ReadOnlySpan<char> host = rest[..colon];
        IPAddress? ip = null;
        if (host is ['[', .., ']'])
        {
            if (!IPAddress.TryParse(host[1..^1], out ip) || ip.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            {
                return false;
            }
        }
        else if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            ip = IPAddress.Loopback;
        }
        else if (!host.IsEmpty && (host.Contains(':') || !IPAddress.TryParse(host, out ip)))
        {
            return false;
        }

        address = new ListenAddress(ip, port);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Host is null ? string.Create(CultureInfo.InvariantCulture, $":{Port}") : new IPEndPoint(Host, Port).ToString();
}
