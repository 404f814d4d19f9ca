using System.Text;

namespace PipeProxy.Core.Routing;

/// <summary>Bracket expressions of <see cref="GoRegexp"/>: <c>[a-z\d[:alpha:]]</c>.</summary>
internal static class GoRegexpClass
{
    // Members in .NET's notation; each has its complement, because .NET cannot negate inside brackets.
    private static readonly Dictionary<string, (string Members, string Others)> Named = new(StringComparer.Ordinal)
    {
        ["alnum"] = (@"0-9A-Za-z", @"\u0000-/:-@\[-`{-\uFFFF"),
        ["alpha"] = (@"A-Za-z", @"\u0000-@\[-`{-\uFFFF"),
        ["ascii"] = (@"\u0000-\u007F", @"\u0080-\uFFFF"),
        ["blank"] = (@"\t ", @"\u0000-\u0008\u000A-\u001F!-\uFFFF"),
        ["cntrl"] = (@"\u0000-\u001F\u007F", @" -~\u0080-\uFFFF"),
        ["digit"] = (@"0-9", @"\u0000-/:-\uFFFF"),
        ["graph"] = (@"!-~", @"\u0000- \u007F-\uFFFF"),
        ["lower"] = (@"a-z", @"\u0000-`{-\uFFFF"),
        ["print"] = (@" -~", @"\u0000-\u001F\u007F-\uFFFF"),
        ["punct"] = (@"!-/:-@\[-`{-~", @"\u0000- 0-9A-Za-z\u007F-\uFFFF"),
        ["space"] = (@"\t-\r ", @"\u0000-\u0008\u000E-\u001F!-\uFFFF"),
        ["upper"] = (@"A-Z", @"\u0000-@\[-\uFFFF"),
        ["word"] = (@"0-9A-Za-z_", @"\u0000-/:-@\[-\^`{-\uFFFF"),
        ["xdigit"] = (@"0-9A-Fa-f", @"\u0000-/:-@G-`g-\uFFFF"),
    };

    /// <summary>Reads the brackets at <paramref name="position"/> and writes them.</summary>
    public static void Translate(ReadOnlySpan<char> source, ref int position, StringBuilder output)
    {
        var open = position++;
        output.Append('[');
        if (position < source.Length && source[position] == '^')
        {
            position++;
            output.Append('^');
        }

        for (var first = true; ; first = false)
        {
            if (position >= source.Length)
            {
                throw new RuleException("regular expression: '[' is never closed", open);
            }

            if (source[position] == ']' && !first)
            {
                position++;
                break;
            }

            if (TryReadNamed(source, ref position, out var members) || GoRegexpEscape.TryReadClass(source, ref position, out members))
            {
                output.Append(members);
                continue;
            }

            Range(source, ref position, output, first);
        }

        output.Append(']');
    }

    private static void Range(ReadOnlySpan<char> source, ref int position, StringBuilder output, bool first)
    {
        var start = position;

        // A dash is itself only at either end (RE2 refuses it elsewhere, and so do we).
        if (source[position] == '-' && !first && position + 1 < source.Length && source[position + 1] != ']')
        {
            throw new RuleException("regular expression: '-' inside brackets stands first, last or between two characters", position);
        }

        var low = ReadMember(source, ref position);
        var high = low;
        if (position + 1 < source.Length && source[position] == '-' && source[position + 1] != ']')
        {
            position++;
            high = ReadMember(source, ref position);
        }

        if (high < low)
        {
            throw new RuleException("regular expression: range inside brackets runs backwards", start);
        }

        GoRegexpEscape.AppendMember(output, low);
        if (high > low)
        {
            output.Append('-');
            GoRegexpEscape.AppendMember(output, high);
        }
    }

    private static int ReadMember(ReadOnlySpan<char> source, ref int position)
    {
        var start = position;
        var rune = source[position] == '\\'
            ? GoRegexpEscape.ReadEscapedRune(source, ref position, start)
            : GoRegexpEscape.ReadRune(source, ref position);
        return rune <= char.MaxValue ? rune : throw new RuleException("regular expression: characters beyond U+FFFF cannot stand inside brackets", start);
    }

    // [:alpha:], [:^alpha:]
    private static bool TryReadNamed(ReadOnlySpan<char> source, ref int position, out string members)
    {
        members = "";
        var rest = source[position..];
        if (!rest.StartsWith("[:"))
        {
            return false;
        }

        var end = rest.IndexOf(":]");
        if (end < 0)
        {
            return false;
        }

        var name = rest[2..end];
        var negated = name.StartsWith("^");
        if (!Named.TryGetValue(name[(negated ? 1 : 0)..].ToString(), out var found))
        {
            throw new RuleException($"regular expression: there is no class [:{name}:]", position);
        }

        members = negated ? found.Others : found.Members;
        position += end + 2;
        return true;
    }

    /// <summary>Members of <c>\d \w \s</c> and their complements: ASCII, as in Go.</summary>
    public static string? Perl(char letter) => letter switch
    {
        'd' => Named["digit"].Members,
        'D' => Named["digit"].Others,
        'w' => Named["word"].Members,
        'W' => Named["word"].Others,
        's' => @"\t\n\f\r ",
        'S' => @"\u0000-\u0008\u000B\u000E-\u001F!-\uFFFF",
        _ => null,
    };
}
