using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PipeProxy.Core.Routing;

/// <summary><c>ClientIP(`10.0.0.0/8`)</c>: the peer's address is this one or inside this network. Mapped IPv4 is IPv4.</summary>
internal sealed class ClientIPMatcher : RuleNode
{
    private readonly UInt128 _network;
    private readonly UInt128 _mask;

    private ClientIPMatcher(UInt128 address, int prefixLength)
    {
        _mask = prefixLength == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - prefixLength);
        _network = address & _mask;
    }

    public override bool Matches(in RuleInput input) =>
        input.ClientAddress is { } address && TryNumber(address, out var number) && (number & _mask) == _network;

    /// <summary>Reads an address or a CIDR range; null where it is neither.</summary>
    public static ClientIPMatcher? TryCreate(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var addressText = slash < 0 ? text : text[..slash];
        if (!IsStrict(addressText) || !IPAddress.TryParse(addressText, out var address) || !TryNumber(address, out var number))
        {
            return null;
        }

        // IPv4 lives in ::ffff:0:0/96, so that one comparison serves both families.
        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var length = bits;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
        {
            return null;
        }

        return new ClientIPMatcher(number, length + 128 - bits);
    }

    // The framework also reads "1", "127.1" and "010.0.0.1" as IPv4, and zones: none of these is an address in a rule.
    private static bool IsStrict(string text) => text.Contains(':', StringComparison.Ordinal)
        ? !text.Contains('%', StringComparison.Ordinal)
        : IPAddress.TryParse(text, out var address) && address.ToString() == text;

    private static bool TryNumber(IPAddress address, out UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        number = 0;
        if (!address.TryWriteBytes(bytes, out var written))
        {
            return false;
        }

        number = written == 4 ? ((UInt128)0xFFFF << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }
}
