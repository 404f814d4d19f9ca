using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace PipeProxy.Core.Routing;

/// <summary>
/// A regular expression of a rule: Go's syntax, searched in UTF-8 in time linear to the text. It allocates nothing once
/// its automaton is warm (two threads that search at the very same moment may cost one more searcher).
/// </summary>
internal sealed class RuleRegex
{
    private readonly Regex _regex;

    /// <exception cref="RuleException">It is no expression of Go's, or uses what cannot be had here. The position is that inside <paramref name="expression"/>.</exception>
    public RuleRegex(string expression)
    {
        var translated = GoRegexp.Translate(expression);
        try
        {
            _regex = new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (RegexParseException e)
        {
            // The translator passes only what it understands, so the offset is that of the translation: say it without one.
            throw new RuleException($"regular expression: {e.Error}", 0);
        }
        catch (NotSupportedException)
        {
            throw new RuleException("regular expression is too large", 0);
        }
    }

    /// <summary>True where the expression is found anywhere in <paramref name="utf8"/>.</summary>
    [SkipLocalsInit]
    public bool IsMatch(ReadOnlySpan<byte> utf8)
    {
        char[]? rented = null;
        var text = utf8.Length <= 512 ? stackalloc char[512] : rented = ArrayPool<char>.Shared.Rent(utf8.Length);

        // Never more characters than bytes; broken UTF-8 becomes U+FFFD, as in Go.
        var length = Encoding.UTF8.GetChars(utf8, text);
        var matches = _regex.IsMatch(text[..length]);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return matches;
    }
}
