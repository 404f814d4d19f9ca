using System.Buffers;
using System.Runtime.CompilerServices;

namespace PipeProxy.Core.Http;

/// <summary>The character sets of RFC 9110 section 5.6 and RFC 9112, as vectorised sets, and the small rules on them.</summary>
internal static class Grammar
{
    private static ReadOnlySpan<byte> TokenText =>
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8;

    /// <summary>tchar of RFC 9110 section 5.6.2.</summary>
    internal static readonly SearchValues<byte> Token = SearchValues.Create(TokenText);

    /// <summary>Every byte that can't be inside a field value: the controls but HTAB. A line's CR is one of them.</summary>
    internal static readonly SearchValues<byte> Controls = SearchValues.Create(
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127,
    ]);

    /// <summary>Visible ASCII but '#': what a request target may be made of on the wire.</summary>
    internal static readonly SearchValues<byte> Target = SearchValues.Create(
        "!\"$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    /// <summary>unreserved of RFC 3986 section 2.3: what a host name may be made of.</summary>
    internal static readonly SearchValues<byte> HostName = SearchValues.Create(
        "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>True for a non-empty token.</summary>
    internal static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(Token);

    /// <summary>True when <paramref name="value"/> holds no control byte but HTAB.</summary>
    internal static bool IsFieldValue(ReadOnlySpan<byte> value) => !value.ContainsAny(Controls);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    /// <summary>SP or HTAB.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t';

    /// <summary>The value of a hexadecimal digit, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int HexValue(byte b)
    {
        if (IsDigit(b))
        {
            return b - '0';
        }

        int letter = (b | 0x20) - 'a';
        return (uint)letter < 6 ? letter + 10 : -1;
    }

    /// <summary>Without the SP and HTAB at both ends.</summary>
    internal static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        int start = 0;
        int end = text.Length;
        while (start < end && IsBlank(text[start]))
        {
            start++;
        }

        while (end > start && IsBlank(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    /// <summary>Compares ASCII without regard to case.</summary>
    internal static bool EqualsIgnoreCase(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.Length == right.Length && System.Text.Ascii.EqualsIgnoreCase(left, right);
}
