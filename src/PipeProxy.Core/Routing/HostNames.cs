using System.Buffers;
using System.Text;

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

        // Stops at the first byte that is not ASCII; such a host equals none of a rule's, but may fit an expression.
        if (Ascii.ToLower(name, destination, out var written) != OperationStatus.Done)
        {
            name[written..].CopyTo(destination[written..]);
        }

        return name.Length;
    }

    /// <summary>The same for a rule's argument (ASCII).</summary>
    public static byte[] Normalize(string name)
    {
        var source = Encoding.ASCII.GetBytes(name);
        var result = new byte[source.Length];
        return result[..Normalize(source, result)];
    }
}
