using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace PipeProxy.Docker.Engine;

/// <summary>Where the proxy itself stands: which networks it is in, and where it finds the host.</summary>
/// <param name="LocalNetworks">The networks of its interfaces.</param>
/// <param name="HostAddress">Where containers in the host's network are reached.</param>
internal sealed record Surroundings(ImmutableArray<IPNetwork> LocalNetworks, IPAddress HostAddress)
{
    /// <summary>
    /// Looks around; never throws. The host is <c>host.docker.internal</c> or <c>host.containers.internal</c> where a name
    /// resolves (in a container that is given <c>extra_hosts: host.docker.internal:host-gateway</c>), else 127.0.0.1: Traefik's order.
    /// </summary>
    public static async Task<Surroundings> ReadAsync(CancellationToken cancellation)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return new Surroundings(Networks(), await Host("host.docker.internal", cancellation) ?? await Host("host.containers.internal", cancellation) ?? IPAddress.Loopback);
    }

    public bool Equals(Surroundings? other) => other is not null && HostAddress.Equals(other.HostAddress) && LocalNetworks.SequenceEqual(other.LocalNetworks);

    public override int GetHashCode() => HashCode.Combine(LocalNetworks.Length, HostAddress);

    private static ImmutableArray<IPNetwork> Networks()
    {
        var networks = ImmutableArray.CreateBuilder<IPNetwork>();
        try
        {
            foreach (var address in NetworkInterface.GetAllNetworkInterfaces().SelectMany(static i => i.GetIPProperties().UnicastAddresses))
            {
                if (address.PrefixLength > 0 && !IPAddress.IsLoopback(address.Address) && !address.Address.IsIPv6LinkLocal)
                {
                    networks.Add(Masked(address.Address, address.PrefixLength));
                }
            }
        }
        catch (NetworkInformationException)
        {
            // Unreadable: containers are then unreachable by name, which is said where it matters.
        }

        return networks.ToImmutable();
    }

    private static IPNetwork Masked(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(prefix - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - kept));
        }

        return new IPNetwork(new IPAddress(bytes), prefix);
    }

    private static async Task<IPAddress?> Host(string name, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(name, timeout.Token);
            return Array.Find(addresses, static a => a.AddressFamily == AddressFamily.InterNetwork) ?? addresses.FirstOrDefault();
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException or ArgumentException)
        {
            return null;
        }
    }
}
