namespace PipeProxy.Core.Routing;

/// <summary>The one form in which host names of rules and requests are compared.</summary>
internal static class HostNames
{
    /// <summary>
    /// Writes <paramref name="name"/> (without port) to <paramref name="destination"/>, which is at least as long: in
    /// lower case, without the brackets of an IPv6 address and without one trailing dot. Returns the length.
    /// </summary>
    public static int Normalize(ReadOnlySpan<byte> name, Span<byte> destination)
    {
        if (name.Length >= 2 && name[0] == '[' && name[^1] == ']')
        {
            name = name[1..^1];
        }
        else if (name.Length > 1 && name[^1] == '.')
        {
            name = name[..^1];
        }

        for (var i = 0; i < name.Length; i++)
        {
            var b = name[i];
            destination[i] = (uint)(b - 'A') <= 'Z' - 'A' ? (byte)(b | 0x20) : b;
        }

        return name.Length;
    }

    /// <summary>The same for a rule's argument (ASCII).</summary>
    public static byte[] Normalize(string name)
    {
        var source = System.Text.Encoding.ASCII.GetBytes(name);
        var result = new byte[source.Length];
        return result[..Normalize(source, result)];
    }
}
