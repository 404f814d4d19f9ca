using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace PipeProxy.Core.Routing;

/// <summary>
/// <c>Query(`key`, `value`)</c>: the query has that pair. <c>Query(`key`)</c>: it has the key with an empty value
/// (<c>?key</c> or <c>?key=</c>), as in Traefik v3.
/// </summary>
internal sealed class QueryMatcher(string key, string value) : RuleNode
{
    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);
    private readonly byte[] _value = Encoding.UTF8.GetBytes(value);

    public override bool Matches(in RuleInput input)
    {
        var rest = input.Head.Query;
        while (QueryPairs.TryTake(ref rest, _key, out var value))
        {
            if (PercentCoding.QueryEquals(value, _value))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary><c>QueryRegexp(`key`, `^v`)</c>: searched in each value of the key.</summary>
internal sealed class QueryRegexpMatcher(string key, RuleRegex regex) : RuleNode
{
    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);

    public override bool Matches(in RuleInput input)
    {
        var rest = input.Head.Query;
        while (QueryPairs.TryTake(ref rest, _key, out var value))
        {
            if (IsMatch(value))
            {
                return true;
            }
        }

        return false;
    }

    [SkipLocalsInit]
    private bool IsMatch(ReadOnlySpan<byte> value)
    {
        byte[]? rented = null;
        var decoded = value.Length <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(value.Length);
        var matches = PercentCoding.TryDecodeQuery(value, decoded, out var length) && regex.IsMatch(decoded[..length]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return matches;
    }
}

/// <summary>A query, pair by pair, as Go reads it: pairs with a semicolon or broken encoding count as not there.</summary>
internal static class QueryPairs
{
    /// <summary>The value (still encoded) of the next pair with <paramref name="key"/>; false where there is none.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'&');
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (pair.IsEmpty || pair.Contains((byte)';'))
            {
                continue;
            }

            var equals = pair.IndexOf((byte)'=');
            value = equals < 0 ? default : pair[(equals + 1)..];
            if (PercentCoding.QueryEquals(equals < 0 ? pair : pair[..equals], key))
            {
                return true;
            }
        }

        value = default;
        return false;
    }
}
