using System.Globalization;
using System.Text;

namespace PipeProxy.Core.Routing;

/// <summary>Characters and backslash sequences of <see cref="GoRegexp"/>.</summary>
internal static class GoRegexpEscape
{
    // General categories that .NET knows by the same name. Go's scripts have no equal there.
    private static readonly HashSet<string> Categories = new(StringComparer.Ordinal)
    {
        "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No",
        "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
    };

    /// <summary>The code point at <paramref name="position"/>.</summary>
    public static int ReadRune(ReadOnlySpan<char> source, ref int position)
    {
        var c = source[position++];
        return char.IsHighSurrogate(c) && position < source.Length && char.IsLowSurrogate(source[position])
            ? char.ConvertToUtf32(c, source[position++])
            : c;
    }

    /// <summary>Reads <c>\d</c>, <c>\pL</c> and their like; members are for inside brackets. False where it is none.</summary>
    public static bool TryReadClass(ReadOnlySpan<char> source, ref int position, out string members)
    {
        members = "";
        if (source[position] != '\\' || position + 1 >= source.Length)
        {
            return false;
        }

        var letter = source[position + 1];
        if (GoRegexpClass.Perl(letter) is { } perl)
        {
            members = perl;
            position += 2;
            return true;
        }

        if (letter is not ('p' or 'P'))
        {
            return false;
        }

        members = ReadCategory(source, ref position, negated: letter == 'P');
        return true;
    }

    /// <summary>Reads an escaped character: <c>\n</c>, <c>\.</c>, <c>\x7F</c>, <c>\x{10FFFF}</c>, <c>\123</c>.</summary>
    public static int ReadEscapedRune(ReadOnlySpan<char> source, ref int position, int start)
    {
        position++;
        if (position >= source.Length)
        {
            throw new RuleException("regular expression: '\\' at its end", start);
        }

        var c = source[position++];
        switch (c)
        {
            case 'a': return '\a';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'v': return '\v';
            case 'x': return ReadHex(source, ref position, start);
            case '0' or '1' or '2' or '3' or '4' or '5' or '6' or '7' when c == '0' || (position < source.Length && source[position] is >= '0' and <= '7'):
                var value = c - '0';
                for (var i = 0; i < 2 && position < source.Length && source[position] is >= '0' and <= '7'; i++)
                {
                    value = (value * 8) + source[position++] - '0';
                }

                return value;
            default:
                return c < 0x80 && !char.IsAsciiLetterOrDigit(c)
                    ? c
                    : throw new RuleException($"regular expression: '\\{c}' means nothing in Go's syntax, or cannot be had here", start);
        }
    }

    /// <summary>Writes a character that stands for itself, outside brackets.</summary>
    public static void Append(StringBuilder output, int rune)
    {
        if (rune > char.MaxValue)
        {
            output.Append("(?:").Append(char.ConvertFromUtf32(rune)).Append(')');
        }
        else if (rune < 0x80 && !char.IsAsciiLetterOrDigit((char)rune))
        {
            AppendCode(output, rune);
        }
        else
        {
            output.Append((char)rune);
        }
    }

    /// <summary>Writes a character that stands for itself, inside brackets.</summary>
    public static void AppendMember(StringBuilder output, int rune)
    {
        if (char.IsAsciiLetterOrDigit((char)rune))
        {
            output.Append((char)rune);
        }
        else
        {
            AppendCode(output, rune);
        }
    }

    private static void AppendCode(StringBuilder output, int rune) => output.Append("\\u").Append(rune.ToString("X4", CultureInfo.InvariantCulture));

    private static string ReadCategory(ReadOnlySpan<char> source, ref int position, bool negated)
    {
        var start = position;
        position += 2;
        var rest = source[position..];
        var end = rest.IndexOf('}');
        var braced = rest.StartsWith("{");
        if (rest.IsEmpty || (braced && end < 0))
        {
            throw new RuleException("regular expression: '\\p' needs a category", start);
        }

        var name = braced ? rest[1..end] : rest[..1];
        position += braced ? end + 1 : 1;
        if (name.StartsWith("^"))
        {
            negated = !negated;
            name = name[1..];
        }

        return Categories.Contains(name.ToString())
            ? $"\\{(negated ? 'P' : 'p')}{{{name}}}"
            : throw new RuleException($"regular expression: the class '{name}' cannot be had here (general categories can: \\pL, \\p{{Lu}})", start);
    }

    private static int ReadHex(ReadOnlySpan<char> source, ref int position, int start)
    {
        var rest = source[position..];
        var braced = rest.StartsWith("{");
        var end = braced ? rest.IndexOf('}') : 2;
        var digits = end < 0 || end > rest.Length ? default : rest[(braced ? 1 : 0)..end];
        if (digits.IsEmpty || digits.Length > 8 || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value is < 0 or > 0x10FFFF or (>= 0xD800 and <= 0xDFFF))
        {
            throw new RuleException("regular expression: '\\x' needs two hex digits, or a code point in braces", start);
        }

        position += braced ? end + 1 : end;
        return value;
    }
}
