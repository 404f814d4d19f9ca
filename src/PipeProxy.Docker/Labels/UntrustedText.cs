using System.Text;

namespace PipeProxy.Docker.Labels;

/// <summary>Labels and names are written by strangers: this is how they are checked, and shown in a log or an answer.</summary>
internal static class UntrustedText
{
    /// <summary>Characters of a text that are shown.</summary>
    public const int ShownLength = 200;

    /// <summary>The text cut to <see cref="ShownLength"/>, control characters and halves of surrogate pairs as <c>\uXXXX</c>.</summary>
    public static string Show(string text)
    {
        var cut = text.Length > ShownLength;
        var shown = text.AsSpan(0, cut ? ShownLength : text.Length);
        if (!cut && !shown.ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var result = new StringBuilder(shown.Length + 16);
        foreach (var c in shown)
        {
            // U+2028, U+2029 and the bidirectional marks can forge the look of a log line just as control characters can.
            if (char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator)
            {
                result.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                result.Append(c);
            }
        }

        return cut ? result.Append("... (").Append(text.Length).Append(" characters)").ToString() : result.ToString();
    }

    /// <summary>True when the text holds a control character (tab allowed), which no field, rule or name may carry.</summary>
    public static bool HasControl(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c) && c != '\t')
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A token of RFC 9110 section 5.6.2: what a field or cookie name may be.</summary>
    public static bool IsToken(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExcept(TokenCharacters);

    internal static readonly System.Buffers.SearchValues<char> TokenCharacters = System.Buffers.SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}
