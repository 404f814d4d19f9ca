using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Docker.Labels;

/// <summary>A container's server in one of its services: which address, which port.</summary>
internal static class ServerReader
{
    /// <summary>The server, or null with a problem that says why there is none.</summary>
    public static ServerDefinition? Read(ContainerFacts container, ServiceDraft service, string? network, LabelContext context, ProblemList problems)
    {
        if (service.IsServerWrong)
        {
            return null; // Said where it was read.
        }

        if (service.Url is { } url)
        {
            return FromUrl(container, service, url, problems);
        }

        int? port = service.Port ?? (container.ExposedPorts.Length > 0 ? container.ExposedPorts[0] : null);
        if (port is null)
        {
            problems.Add(service.Key, $"the container exposes no TCP port: say which with traefik.http.services.{UntrustedText.Show(service.Name)}.loadbalancer.server.port");
            return null;
        }

        var address = AddressOf(container, network, context, problems);
        return address is null ? null : Server(container, service, new IPEndPoint(address, port.Value));
    }

    private static ServerDefinition? FromUrl(ContainerFacts container, ServiceDraft service, LabelEntry label, ProblemList problems)
    {
        if (service.Port is not null || service.Scheme is not null)
        {
            problems.Add(label.Key, "stands beside server.port or server.scheme: give one or the other");
            return null;
        }

        if (!Uri.TryCreate(label.Value.Trim(), UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp || url.UserInfo.Length > 0
            || url.PathAndQuery != "/" || url.Fragment.Length > 0 || url.Port == 0)
        {
            problems.Add(label.Key, "is http://address:port, without path; https to a backend is not served by this version");
            return null;
        }

        if (!IPAddress.TryParse(url.DnsSafeHost, out var address))
        {
            problems.Add(label.Key, "names a host: this version serves an IP address here; leave the label out to use the container's own");
            return null;
        }

        return Server(container, service, new IPEndPoint(address, url.Port));
    }

    private static ServerDefinition Server(ContainerFacts container, ServiceDraft service, IPEndPoint address)
    {
        var url = "http://" + address;
        var identity = string.Create(CultureInfo.InvariantCulture, $"{service.Name}|{container.Id}|{address.Port}|http");
        return new ServerDefinition
        {
            Identity = identity,
            Instance = string.Create(CultureInfo.InvariantCulture, $"{identity}|{address.Address}|{container.StartedAt.UtcTicks}"),
            Url = url,
            DisplayName = UntrustedText.Show(container.Name),
            Address = address,
            Weight = service.Weight,
            Presence = container.Presence,
            AffinityAliases = [.. TraefikNames.AffinityOf(url)],
        };
    }

    // Traefik takes whichever network comes first; here it is always the same one, and one that can be reached.
    private static IPAddress? AddressOf(ContainerFacts container, string? network, LabelContext context, ProblemList problems)
    {
        if (!string.IsNullOrEmpty(network))
        {
            if (Named(container, network) is { } labelled)
            {
                return labelled;
            }

            problems.Add("traefik.docker.network", $"the container is not in network {UntrustedText.Show(network)}, but in {Networks(container)}; compose puts the project before a network's name. Another one is used where there is one");
        }
        else if (context.Options.Network is { Length: > 0 } preferred && Named(container, preferred) is { } optional)
        {
            return optional;
        }

        if (container.NetworkMode == "host")
        {
            return context.HostAddress;
        }

        foreach (var candidate in container.Networks)
        {
            foreach (var address in new[] { candidate.V4, candidate.V6 })
            {
                if (address is not null && context.LocalNetworks.Any(local => local.BaseAddress.AddressFamily == address.AddressFamily && local.Contains(address)))
                {
                    return address;
                }
            }
        }

        problems.Add("", container.Networks.IsEmpty
            ? $"the container is unreachable: it is in no network (network mode {UntrustedText.Show(container.NetworkMode)})"
            : $"the container is unreachable: PipeProxy is in none of its networks ({Networks(container)}); put both in one, or name one with traefik.docker.network");
        return null;
    }

    // A compose file's own spelling of its network is understood as well.
    private static IPAddress? Named(ContainerFacts container, string network) =>
        (container.Networks.FirstOrDefault(n => n.Name == network)
            ?? container.Networks.FirstOrDefault(n => container.Project is { } project && n.Name == $"{project}_{network}"))?.Address;

    private static string Networks(ContainerFacts container) =>
        container.Networks.IsEmpty ? "none" : UntrustedText.Show(string.Join(", ", container.Networks.Select(static n => n.Name)));
}
