using System.Collections.Immutable;
using System.Text;
using PipeProxy.Core.Balancing;

namespace PipeProxy.Core.Configuration;

/// <summary>
/// How Traefik names servers and cookies, so that a client that comes from a Traefik keeps its server, once, and is
/// given a cookie of ours.
/// </summary>
public static class TraefikAffinity
{
    /// <summary>Cookie value of a current Traefik v3 for the server at <paramref name="url"/>: 16 hex digits of its SHA-256.</summary>
    /// <param name="url">The server's URL as Traefik's provider writes it: <c>http://172.18.0.3:3000</c>.</param>
    public static string Of(string url) => StartOfHash(url);

    /// <summary>
    /// Every value that some Traefik gives for that server, the current one first: v3 of today and its earlier releases
    /// (a hash of a hash), v2's FNV-64 in both forms, and the plain URL of the first v2.
    /// </summary>
    public static ImmutableArray<string> AliasesOf(string url)
    {
        var fnv = Fnv64(url);
        return [StartOfHash(url), StartOfHash(fnv), fnv, Fnv64(fnv), url];
    }

    /// <summary>Name of the cookie where the label gives none: <c>_</c> and 5 hex digits of a SHA-1.</summary>
    /// <param name="service">The service as <c>name@provider</c>, provider as Traefik names it.</param>
    public static string CookieNameOf(string service)
    {
        Span<byte> digest = stackalloc byte[Sha1.Size];
        Sha1.Hash(Encoding.UTF8.GetBytes("_TRAEFIK_BACKEND_" + service), digest);
        return "_" + Convert.ToHexStringLower(digest)[..5];
    }

    /// <summary>A cookie name from a label, as Traefik takes it: what a token cannot carry becomes <c>_</c>.</summary>
    public static string SanitizeCookieName(string name) => string.Create(name.Length, name, static (span, source) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = char.IsAsciiLetterOrDigit(source[i]) || "!#$%&'*+-.^`|~".Contains(source[i], StringComparison.Ordinal) ? source[i] : '_';
        }
    });

    // The first 8 of SHA-256's 32 bytes.
    private static string StartOfHash(string text)
    {
        Span<byte> digest = stackalloc byte[Sha256.Size];
        Sha256.Hash(Encoding.UTF8.GetBytes(text), digest);
        return Convert.ToHexStringLower(digest)[..16];
    }

    // FNV-1 (multiply, then exclusive or), written without leading zeros.
    private static string Fnv64(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash * 1099511628211UL) ^ b;
        }

        return hash.ToString("x", null);
    }
}
