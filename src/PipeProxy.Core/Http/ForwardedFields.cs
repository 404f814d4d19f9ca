namespace PipeProxy.Core.Http;

/// <summary>
/// The fields that tell a backend about the client: only the proxy, and those it trusts, may write them.
/// </summary>
internal static class ForwardedFields
{
    /// <summary>Those among the known fields.</summary>
    internal static readonly ulong Mask = KnownFields.Mask(
        KnownField.Forwarded, KnownField.XForwardedFor, KnownField.XForwardedHost, KnownField.XForwardedPort,
        KnownField.XForwardedProto, KnownField.XForwardedServer, KnownField.XForwardedPrefix, KnownField.XForwardedUri,
        KnownField.XForwardedMethod, KnownField.XRealIp);

    /// <summary>
    /// True for every name that a backend may take for one of them: all that begin with X-Forwarded, and X-Real-Ip
    /// and X-Scheme, whatever the case, and with underscores for hyphens (CGI and WSGI make both the same variable).
    /// </summary>
    internal static bool IsSpelling(ReadOnlySpan<byte> name)
    {
        // Most names are out after two bytes.
        if (name.Length < 8 || (name[0] | 0x20) != 'x' || name[1] is not ((byte)'-' or (byte)'_'))
        {
            return false;
        }

        return Matches(name, "x-real-ip"u8) || Matches(name, "x-scheme"u8)
            || (name.Length >= 11 && Matches(name[..11], "x-forwarded"u8) && (name.Length == 11 || name[11] is (byte)'-' or (byte)'_'));
    }

    /// <summary>True for a name of <see cref="IsSpelling"/> with an underscore in it: no honest proxy writes those.</summary>
    internal static bool IsUnderscoreSpelling(ReadOnlySpan<byte> name) => IsSpelling(name) && name.Contains((byte)'_');

    private static bool Matches(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower)
    {
        if (name.Length != lower.Length)
        {
            return false;
        }

        for (int i = 0; i < lower.Length; i++)
        {
            bool same = lower[i] == '-' ? name[i] is (byte)'-' or (byte)'_' : (name[i] | 0x20) == lower[i];
            if (!same)
            {
                return false;
            }
        }

        return true;
    }
}
