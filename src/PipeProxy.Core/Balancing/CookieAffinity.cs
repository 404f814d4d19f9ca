using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Http;

namespace PipeProxy.Core.Balancing;

/// <summary>Whom a request's cookie names.</summary>
/// <param name="Backend">A backend that may be given the request.</param>
/// <param name="Ramp">Where it ramps: it may only if this has a request's credit; null = there is nothing to ask.</param>
/// <param name="IsOwn">The cookie carries our value; false for another proxy's, which is replaced with the answer.</param>
internal readonly record struct AffinityMatch(Backend Backend, BackendRamp? Ramp, bool IsOwn);

/// <summary>
/// Stickiness by cookie, compiled from its labels. Stateless: the value is a hash of the backend's identity, so that
/// every replica of the proxy reads it alike. Neither way allocates.
/// </summary>
internal sealed class CookieAffinity
{
    private const int ValueLength = 16;

    private readonly byte[] _name;
    private readonly byte[] _prefix;
    private readonly byte[] _suffix;

    public CookieAffinity(StickyCookie cookie)
    {
        Definition = cookie;
        var name = TraefikAffinity.SanitizeCookieName(cookie.Name);
        _name = Encoding.ASCII.GetBytes(name);
        _prefix = Encoding.ASCII.GetBytes(name + "=");
        _suffix = Encoding.ASCII.GetBytes(AttributesOf(cookie));
    }

    /// <summary>What it was made from.</summary>
    public StickyCookie Definition { get; }

    /// <summary>
    /// Looks for the cookie in all Cookie lines. The first one that names a backend of <paramref name="set"/> that is
    /// up or ramping wins; others of the same name are passed over.
    /// </summary>
    public bool TryRead(RequestHead head, BackendSet set, out AffinityMatch match)
    {
        for (var line = head.Find(KnownField.Cookie); line >= 0; line = head.Find(KnownField.Cookie, line + 1))
        {
            var rest = head.ValueOf(line);
            if (rest.IndexOf(_name) < 0)
            {
                continue; // the cheap way past other people's cookies
            }

            while (TryTakeValue(ref rest, out var value))
            {
                if (TryParse(value, out var hash) && set.TryFindByAffinity(hash, out var backend, out var ramp))
                {
                    match = new AffinityMatch(backend, ramp, IsOwn: true);
                    return true;
                }

                if (set.TryFindAlias(value, out backend, out ramp))
                {
                    match = new AffinityMatch(backend, ramp, IsOwn: false);
                    return true;
                }
            }
        }

        match = default;
        return false;
    }

    /// <summary>Adds the Set-Cookie line that names <paramref name="backend"/>.</summary>
    [SkipLocalsInit]
    public void WriteSetCookie(MessageHead response, Backend backend)
    {
        var length = _prefix.Length + ValueLength + _suffix.Length;
        var line = length <= 512 ? stackalloc byte[length] : new byte[length];
        _prefix.CopyTo(line);
        backend.AffinityText.Span.CopyTo(line[_prefix.Length..]);
        _suffix.CopyTo(line[(_prefix.Length + ValueLength)..]);
        response.Add(KnownField.SetCookie, line);
    }

    /// <summary>What of <paramref name="cookie"/> cannot be sent as it is written; null where all of it can.</summary>
    public static string? ProblemOf(StickyCookie cookie)
    {
        if (TraefikAffinity.SanitizeCookieName(cookie.Name) != cookie.Name || cookie.Name.Length == 0)
        {
            return $"cookie name '{cookie.Name}' is not a token: '{TraefikAffinity.SanitizeCookieName(cookie.Name)}' is used";
        }

        if (SameSiteOf(cookie.SameSite) is null)
        {
            return $"sameSite '{cookie.SameSite}' is none of none, lax, strict: the attribute is left away";
        }

        if (!IsAttributeValue(cookie.Path) || !IsAttributeValue(cookie.Domain))
        {
            return "path or domain has a character that a cookie attribute cannot carry: the attribute is left away";
        }

        return cookie is { Secure: false } && SameSiteOf(cookie.SameSite) == "None"
            ? "sameSite none without secure: browsers refuse the cookie"
            : null;
    }

    // Cookie: a=1; name=value; name="value". Spaces around names and values and one pair of quotes are passed over.
    private bool TryTakeValue(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> value)
    {
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)';');
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];

            var equals = pair.IndexOf((byte)'=');
            if (equals < 0 || !pair[..equals].Trim(" \t"u8).SequenceEqual(_name))
            {
                continue;
            }

            value = pair[(equals + 1)..].Trim(" \t"u8);
            if (value.Length >= 2 && value[0] == '"' && value[^1] == '"')
            {
                value = value[1..^1];
            }

            return true;
        }

        value = default;
        return false;
    }

    // Exactly 16 lower-case hex digits: what we write, and nothing else.
    private static bool TryParse(ReadOnlySpan<byte> value, out ulong hash)
    {
        hash = 0;
        if (value.Length != ValueLength)
        {
            return false;
        }

        foreach (var b in value)
        {
            var digit = (uint)(b - '0');
            if (digit > 9)
            {
                digit = (uint)(b - 'a') + 10;
                if (digit is < 10 or > 15)
                {
                    return false;
                }
            }

            hash = (hash << 4) | digit;
        }

        return true;
    }

    private static string AttributesOf(StickyCookie cookie)
    {
        var text = new StringBuilder();
        if (cookie.Path.Length > 0 && IsAttributeValue(cookie.Path))
        {
            text.Append("; Path=").Append(cookie.Path);
        }

        if (!string.IsNullOrEmpty(cookie.Domain) && IsAttributeValue(cookie.Domain))
        {
            text.Append("; Domain=").Append(cookie.Domain.TrimStart('.'));
        }

        if (cookie.MaxAge != 0)
        {
            text.Append("; Max-Age=").Append(Math.Max(0, cookie.MaxAge).ToString(CultureInfo.InvariantCulture));
        }

        text.Append(cookie.HttpOnly ? "; HttpOnly" : "").Append(cookie.Secure ? "; Secure" : "");
        return SameSiteOf(cookie.SameSite) is { Length: > 0 } sameSite ? text.Append("; SameSite=").Append(sameSite).ToString() : text.ToString();
    }

    private static string? SameSiteOf(string? text) => text?.ToUpperInvariant() switch
    {
        null or "" => "",
        "NONE" => "None",
        "LAX" => "Lax",
        "STRICT" => "Strict",
        _ => null,
    };

    private static bool IsAttributeValue(string? text) => text is null || !text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains(';', StringComparison.Ordinal);
}
