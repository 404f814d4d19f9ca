using System.Globalization;
using System.Text;

namespace PipeProxy.Core.Routing;

/// <summary>A double-quoted text with Go's escapes.</summary>
internal static class GoString
{
    /// <summary>Reads the text whose opening quote is at <paramref name="position"/>, and goes behind its closing one.</summary>
    /// <exception cref="RuleException">It is never closed, or an escape means nothing.</exception>
    public static string Read(string source, ref int position)
    {
        var text = new StringBuilder();
        for (position++; position < source.Length; position++)
        {
            switch (source[position])
            {
                case '"':
                    position++;
                    return text.ToString();
                case '\\':
                    Escape(source, ref position, text);
                    break;
                default:
                    text.Append(source[position]);
                    break;
            }
        }

        throw new RuleException("expected a closing '\"'", source.Length);
    }

    // Leaves the position on the last character of the escape.
    private static void Escape(string source, ref int position, StringBuilder text)
    {
        var start = position++;
        var c = position < source.Length ? source[position] : '\0';
        const string Letters = "abfnrtv\\\"";
        if (Letters.IndexOf(c, StringComparison.Ordinal) is var index and >= 0)
        {
            text.Append("\a\b\f\n\r\t\v\\\""[index]);
            return;
        }

        var (first, length, style) = c switch
        {
            'x' => (position + 1, 2, NumberStyles.AllowHexSpecifier),
            'u' => (position + 1, 4, NumberStyles.AllowHexSpecifier),
            'U' => (position + 1, 8, NumberStyles.AllowHexSpecifier),
            _ => (0, 0, NumberStyles.None),
        };
        if (length == 0 || first + length > source.Length || !int.TryParse(source.AsSpan(first, length), style, CultureInfo.InvariantCulture, out var value)
            || !Rune.TryCreate(value, out var rune) || (c == 'x' && value > 0x7F))
        {
            throw new RuleException("expected one of Go's escapes: \\\\ \\\" \\n \\t \\r \\a \\b \\f \\v \\x41 \\u0041 \\U00000041 (a value in backticks needs none)", start);
        }

        text.Append(rune.ToString());
        position = first + length - 1;
    }
}
