using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace PipeProxy.Core.Http;

/// <summary>Recognises field names and spells them. Sets of fields are masks of <see cref="Bit"/>s.</summary>
internal static class KnownFields
{
    /// <summary>The field's bit in a mask; none for <see cref="KnownField.Unknown"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Bit(KnownField field) => field == KnownField.Unknown ? 0 : 1UL << (int)field;

    /// <summary>The mask of several fields.</summary>
    internal static ulong Mask(params ReadOnlySpan<KnownField> fields)
    {
        ulong mask = 0;
        foreach (KnownField field in fields)
        {
            mask |= Bit(field);
        }

        return mask;
    }

    /// <summary>
    /// The field that <paramref name="name"/> names, whatever its case: one switch on the length, one on a byte that
    /// tells names of that length apart, one compare.
    /// </summary>
    internal static KnownField Find(ReadOnlySpan<byte> name)
    {
        switch (name.Length)
        {
            case 2:
                return Is(name, "te"u8) ? KnownField.TE : KnownField.Unknown;
            case 3:
                switch (name[0] | 0x20)
                {
                    case 'v': return Is(name, "via"u8) ? KnownField.Via : KnownField.Unknown;
                    case 'a': return Is(name, "age"u8) ? KnownField.Age : KnownField.Unknown;
                    default: return KnownField.Unknown;
                }
            case 4:
                switch (name[0] | 0x20)
                {
                    case 'h': return Is(name, "host"u8) ? KnownField.Host : KnownField.Unknown;
                    case 'd': return Is(name, "date"u8) ? KnownField.Date : KnownField.Unknown;
                    case 'v': return Is(name, "vary"u8) ? KnownField.Vary : KnownField.Unknown;
                    default: return KnownField.Unknown;
                }
            case 5:
                return Is(name, "range"u8) ? KnownField.Range : KnownField.Unknown;
            case 6:
                switch (name[0] | 0x20)
                {
                    case 'e': return Is(name, "expect"u8) ? KnownField.Expect : KnownField.Unknown;
                    case 'c': return Is(name, "cookie"u8) ? KnownField.Cookie : KnownField.Unknown;
                    case 's': return Is(name, "server"u8) ? KnownField.Server : KnownField.Unknown;
                    case 'o': return Is(name, "origin"u8) ? KnownField.Origin : KnownField.Unknown;
                    case 'p': return Is(name, "pragma"u8) ? KnownField.Pragma : KnownField.Unknown;
                    default: return KnownField.Unknown;
                }
            case 7:
                switch (name[0] | 0x20)
                {
                    case 't': return Is(name, "trailer"u8) ? KnownField.Trailer : KnownField.Unknown;
                    case 'u': return Is(name, "upgrade"u8) ? KnownField.Upgrade : KnownField.Unknown;
                    case 'r': return Is(name, "referer"u8) ? KnownField.Referer : KnownField.Unknown;
                    case 'e': return Is(name, "expires"u8) ? KnownField.Expires : KnownField.Unknown;
                    default: return KnownField.Unknown;
                }
            case 8:
                return Is(name, "location"u8) ? KnownField.Location : KnownField.Unknown;
            case 9:
                switch (name[0] | 0x20)
                {
                    case 'f': return Is(name, "forwarded"u8) ? KnownField.Forwarded : KnownField.Unknown;
                    case 'x': return Is(name, "x-real-ip"u8) ? KnownField.XRealIp : KnownField.Unknown;
                    default: return KnownField.Unknown;
                }
            case 10:
                switch (name[0] | 0x20)
                {
                    case 'c': return Is(name, "connection"u8) ? KnownField.Connection : KnownField.Unknown;
                    case 'k': return Is(name, "keep-alive"u8) ? KnownField.KeepAlive : KnownField.Unknown;
                    case 's': return Is(name, "set-cookie"u8) ? KnownField.SetCookie : KnownField.Unknown;
                    case 'u': return Is(name, "user-agent"u8) ? KnownField.UserAgent : KnownField.Unknown;
                    default: return KnownField.Unknown;
                }
            case 11:
                return Is(name, "retry-after"u8) ? KnownField.RetryAfter : KnownField.Unknown;
            case 12:
                switch (name[0] | 0x20)
                {
                    case 'c': return Is(name, "content-type"u8) ? KnownField.ContentType : KnownField.Unknown;
                    case 'm': return Is(name, "max-forwards"u8) ? KnownField.MaxForwards : KnownField.Unknown;
                    default: return KnownField.Unknown;
                }
            case 13:
                switch (name[1] | 0x20)
                {
                    case 'u': return Is(name, "authorization"u8) ? KnownField.Authorization : KnownField.Unknown;
                    case 'o': return Is(name, "content-range"u8) ? KnownField.ContentRange : KnownField.Unknown;
                    case 'a': return Is(name, "cache-control"u8) ? KnownField.CacheControl : KnownField.Unknown;
                    default: return KnownField.Unknown;
                }
            case 14:
                switch (name[0] | 0x20)
                {
                    case 'c': return Is(name, "content-length"u8) ? KnownField.ContentLength : KnownField.Unknown;
                    case 'h': return Is(name, "http2-settings"u8) ? KnownField.Http2Settings : KnownField.Unknown;
                    default: return KnownField.Unknown;
                }
            case 15:
                switch (name[12] | 0x20)
                {
                    case 'f': return Is(name, "x-forwarded-for"u8) ? KnownField.XForwardedFor : KnownField.Unknown;
                    case 'u': return Is(name, "x-forwarded-uri"u8) ? KnownField.XForwardedUri : KnownField.Unknown;
                    default: return KnownField.Unknown;
                }
            case 16:
                switch (name[12] | 0x20)
                {
                    case 't': return Is(name, "proxy-connection"u8) ? KnownField.ProxyConnection : KnownField.Unknown;
                    case 'h': return Is(name, "x-forwarded-host"u8) ? KnownField.XForwardedHost : KnownField.Unknown;
                    case 'p': return Is(name, "x-forwarded-port"u8) ? KnownField.XForwardedPort : KnownField.Unknown;
                    case 'c': return Is(name, "www-authenticate"u8) ? KnownField.WwwAuthenticate : KnownField.Unknown;
                    case 'd': return Is(name, "content-encoding"u8) ? KnownField.ContentEncoding : KnownField.Unknown;
                    default: return KnownField.Unknown;
                }
            case 17:
                switch (name[0] | 0x20)
                {
                    case 't': return Is(name, "transfer-encoding"u8) ? KnownField.TransferEncoding : KnownField.Unknown;
                    case 'x': return Is(name, "x-forwarded-proto"u8) ? KnownField.XForwardedProto : KnownField.Unknown;
                    default: return KnownField.Unknown;
                }
            case 18:
                switch (name[12] | 0x20)
                {
                    case 's': return Is(name, "x-forwarded-server"u8) ? KnownField.XForwardedServer : KnownField.Unknown;
                    case 'p': return Is(name, "x-forwarded-prefix"u8) ? KnownField.XForwardedPrefix : KnownField.Unknown;
                    case 'm': return Is(name, "x-forwarded-method"u8) ? KnownField.XForwardedMethod : KnownField.Unknown;
                    case 't': return Is(name, "proxy-authenticate"u8) ? KnownField.ProxyAuthenticate : KnownField.Unknown;
                    default: return KnownField.Unknown;
                }
            case 19:
                return Is(name, "proxy-authorization"u8) ? KnownField.ProxyAuthorization : KnownField.Unknown;
            default:
                return KnownField.Unknown;
        }
    }

    /// <summary>The name as it is written; empty for <see cref="KnownField.Unknown"/>.</summary>
    internal static ReadOnlySpan<byte> NameOf(KnownField field) => field switch
    {
        KnownField.Host => "Host"u8,
        KnownField.Connection => "Connection"u8,
        KnownField.KeepAlive => "Keep-Alive"u8,
        KnownField.ProxyConnection => "Proxy-Connection"u8,
        KnownField.TE => "TE"u8,
        KnownField.TransferEncoding => "Transfer-Encoding"u8,
        KnownField.ContentLength => "Content-Length"u8,
        KnownField.Trailer => "Trailer"u8,
        KnownField.Upgrade => "Upgrade"u8,
        KnownField.Expect => "Expect"u8,
        KnownField.Via => "Via"u8,
        KnownField.Date => "Date"u8,
        KnownField.Cookie => "Cookie"u8,
        KnownField.SetCookie => "Set-Cookie"u8,
        KnownField.Server => "Server"u8,
        KnownField.Forwarded => "Forwarded"u8,
        KnownField.XForwardedFor => "X-Forwarded-For"u8,
        KnownField.XForwardedHost => "X-Forwarded-Host"u8,
        KnownField.XForwardedPort => "X-Forwarded-Port"u8,
        KnownField.XForwardedProto => "X-Forwarded-Proto"u8,
        KnownField.XForwardedServer => "X-Forwarded-Server"u8,
        KnownField.XForwardedPrefix => "X-Forwarded-Prefix"u8,
        KnownField.XForwardedUri => "X-Forwarded-Uri"u8,
        KnownField.XForwardedMethod => "X-Forwarded-Method"u8,
        KnownField.XRealIp => "X-Real-Ip"u8,
        KnownField.Http2Settings => "HTTP2-Settings"u8,
        KnownField.Location => "Location"u8,
        KnownField.RetryAfter => "Retry-After"u8,
        KnownField.ContentType => "Content-Type"u8,
        KnownField.Authorization => "Authorization"u8,
        KnownField.Origin => "Origin"u8,
        KnownField.UserAgent => "User-Agent"u8,
        KnownField.Referer => "Referer"u8,
        KnownField.ProxyAuthorization => "Proxy-Authorization"u8,
        KnownField.ProxyAuthenticate => "Proxy-Authenticate"u8,
        KnownField.WwwAuthenticate => "WWW-Authenticate"u8,
        KnownField.ContentEncoding => "Content-Encoding"u8,
        KnownField.ContentRange => "Content-Range"u8,
        KnownField.CacheControl => "Cache-Control"u8,
        KnownField.Range => "Range"u8,
        KnownField.MaxForwards => "Max-Forwards"u8,
        KnownField.Age => "Age"u8,
        KnownField.Expires => "Expires"u8,
        KnownField.Vary => "Vary"u8,
        KnownField.Pragma => "Pragma"u8,
        _ => default,
    };

    /// <summary>
    /// Compares with a lower-case name of the same length by setting bit 5 of every byte. Among the bytes of a token
    /// and of a field value this maps only upper-case letters onto the letters, digits and hyphens of known names;
    /// control bytes, which would be mapped too, never get this far.
    /// </summary>
    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower)
    {
        const ulong Case8 = 0x2020202020202020;
        const uint Case4 = 0x20202020;
        int length = lower.Length;
        if (length >= 8)
        {
            int last = length - 8;
            for (int i = 0; i < last; i += 8)
            {
                if ((Read8(name, i) | Case8) != Read8(lower, i))
                {
                    return false;
                }
            }

            return (Read8(name, last) | Case8) == Read8(lower, last);
        }

        if (length >= 4)
        {
            return (Read4(name, 0) | Case4) == Read4(lower, 0) && (Read4(name, length - 4) | Case4) == Read4(lower, length - 4);
        }

        for (int i = 0; i < length; i++)
        {
            if ((name[i] | 0x20) != lower[i])
            {
                return false;
            }
        }

        return true;
    }

    private static ulong Read8(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    private static uint Read4(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
