using System.Globalization;
using System.Text;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Docker.Labels;

/// <summary>Names and values that Traefik v3 computes, so that a change of proxies changes none of them.</summary>
internal static class TraefikNames
{
    /// <summary>Runs of anything but letters and digits become one hyphen, none at the ends (Traefik's <c>normalize</c>).</summary>
    public static string Normalize(string name)
    {
        var result = new StringBuilder(name.Length);
        var gap = false;
        foreach (var rune in name.EnumerateRunes())
        {
            if (!Rune.IsLetter(rune) && !Rune.IsNumber(rune))
            {
                gap = true;
                continue;
            }

            if (gap && result.Length > 0)
            {
                result.Append('-');
            }

            gap = false;
            result.Append(rune);
        }

        return result.ToString();
    }

    /// <summary>The name of a container's service where its labels name none: <c>service-project</c> in compose, else the container's name.</summary>
    public static string DefaultService(ContainerFacts container) =>
        container is { Project: { } project, ComposeService: { } service } ? Normalize(service + "_" + project) : Normalize(container.Name);

    /// <summary>Traefik's name for the cookie of a service that names none: <c>_</c> and five hex digits.</summary>
    public static string DefaultCookie(string service) => TraefikAffinity.CookieNameOf(service + "@docker");

    /// <summary>The cookie values by which Traefik's versions mean the server of this URL; the current one first.</summary>
    public static string[] AffinityOf(string url)
    {
        var old = Fnv1(url);
        return [TraefikAffinity.Of(url), old, Fnv1(old)];
    }

    // FNV-1 with 64 bits, hex without leading zeros.
    private static string Fnv1(string text)
    {
        var hash = 14695981039346656037ul;
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            hash = unchecked(hash * 1099511628211ul) ^ b;
        }

        return hash.ToString("x", CultureInfo.InvariantCulture);
    }
}
