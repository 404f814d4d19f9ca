namespace PipeProxy.Core.Http;

/// <summary>
/// Checks target and Host of a request whose bytes are well-formed, and settles what is forwarded as target and as
/// authority (RFC 9112 sections 3.2 and 3.3).
/// </summary>
internal static class TargetRules
{
    /// <summary>Null when all is well.</summary>
    internal static HttpRejection? Apply(RequestHead head)
    {
        return ApplyHostField(head) ?? (head.Method == HttpMethod.Connect ? RefuseConnect(head.Target) : ApplyTarget(head));
    }

    /// <summary>Not served; and malformed without <c>host:port</c> as its target (RFC 9110 section 9.3.6).</summary>
    private static HttpRejection RefuseConnect(ReadOnlySpan<byte> target) =>
        Authority.TryRead(target, out int nameLength) && nameLength < target.Length
            ? new HttpRejection(501, "CONNECT is not served.")
            : Bad("The target of CONNECT is no host with a port.");

    private static HttpRejection? ApplyHostField(RequestHead head)
    {
        int line = head.Find(KnownField.Host);
        if (line < 0)
        {
            return head.MinorVersion == 0 ? null : Bad("An HTTP/1.1 request needs a Host field.");
        }

        if (head.Find(KnownField.Host, line + 1) >= 0)
        {
            return Bad("There is more than one Host field.");
        }

        ref FieldLine field = ref head.Line(line);
        if (field.ValueLength == 0)
        {
            // An http URI has a host (RFC 9110 section 4.2.1); only HTTP/1.0 may leave it unsaid.
            return head.MinorVersion == 0 ? null : Bad("The Host field is empty.");
        }

        if (!Authority.TryRead(head.ValueOf(line), out int nameLength))
        {
            return Bad("The Host field is no host with an optional port.");
        }

        head.UseHost(new Extent(field.ValueStart, field.ValueLength), nameLength);
        return null;
    }

    private static HttpRejection? ApplyTarget(RequestHead head)
    {
        ReadOnlySpan<byte> target = head.Target;
        if (target[0] == '/')
        {
            head.UseTarget(new Extent(head.TargetStart, target.Length));
        }
        else if (target is [(byte)'*'])
        {
            return head.Method == HttpMethod.Options ? null : Bad("Only OPTIONS may have * as its target.");
        }
        else if (ApplyAbsoluteForm(head, target) is { } rejection)
        {
            return rejection;
        }

        return PathRules.Check(head.Path);
    }

    private static HttpRejection? ApplyAbsoluteForm(RequestHead head, ReadOnlySpan<byte> target)
    {
        int scheme = SchemeLength(target);
        if (scheme == 0)
        {
            return Bad("The request target is neither a path nor an http or https URI.");
        }

        int length = target[scheme..].IndexOfAny((byte)'/', (byte)'?');
        int end = length < 0 ? target.Length : scheme + length;
        if (!Authority.TryRead(target[scheme..end], out int nameLength))
        {
            return Bad("The authority in the request target is no host with an optional port.");
        }

        if (head.Has(KnownField.Host) && head.Host.IsEmpty)
        {
            return Bad("The Host field is empty where the request target has an authority.");
        }

        head.UseHost(new Extent(head.TargetStart + scheme, end - scheme), nameLength);
        ReadOnlySpan<byte> rest = target[end..];
        if (rest is [(byte)'/', ..])
        {
            head.UseTarget(new Extent(head.TargetStart + end, rest.Length));
        }
        else if (rest.IsEmpty)
        {
            head.UseTarget(head.Store(head.Method == HttpMethod.Options ? "*"u8 : "/"u8));
        }
        else
        {
            Extent slash = head.Store("/"u8);
            head.UseTarget(new Extent(slash.Start, 1 + head.Store(rest).Length));
        }

        return null;
    }

    private static int SchemeLength(ReadOnlySpan<byte> target)
    {
        if (target.Length >= 7 && Grammar.EqualsIgnoreCase(target[..7], "http://"u8))
        {
            return 7;
        }

        return target.Length >= 8 && Grammar.EqualsIgnoreCase(target[..8], "https://"u8) ? 8 : 0;
    }

    private static HttpRejection Bad(string reason) => new(400, reason);
}
