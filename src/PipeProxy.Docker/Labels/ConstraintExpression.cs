using System.Text;
using System.Text.RegularExpressions;

namespace PipeProxy.Docker.Labels;

/// <summary>
/// <c>--providers.docker.constraints</c>: <c>Label(`key`, `value`)</c> and <c>LabelRegex(`key`, `expression`)</c> joined by
/// <c>&amp;&amp;</c>, <c>||</c>, <c>!</c> and parentheses, with Go's precedence. Strings stand in backquotes or double quotes.
/// A container that lacks the label has the empty value, as with Traefik.
/// </summary>
public sealed class ConstraintExpression
{
    private const int MaxDepth = 64;
    private readonly Func<IReadOnlyDictionary<string, string>, bool> _matches;

    private ConstraintExpression(Func<IReadOnlyDictionary<string, string>, bool> matches) => _matches = matches;

    /// <summary>Reads an expression; the empty one is met by every container. Returns what is wrong with it and where, or null.</summary>
    public static string? TryParse(string expression, out ConstraintExpression? constraint)
    {
        ArgumentNullException.ThrowIfNull(expression);
        constraint = null;
        if (string.IsNullOrWhiteSpace(expression))
        {
            constraint = new ConstraintExpression(static _ => true);
            return null;
        }

        var reader = new Reader(expression);
        try
        {
            var matches = reader.Or(0);
            reader.ExpectEnd();
            constraint = new ConstraintExpression(matches);
            return null;
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }

    internal bool IsMetBy(IReadOnlyDictionary<string, string> labels) => _matches(labels);

    private sealed class Reader(string text)
    {
        private int _at;

        public Func<IReadOnlyDictionary<string, string>, bool> Or(int depth)
        {
            var left = And(depth);
            while (Take("||"))
            {
                var (first, second) = (left, And(depth));
                left = labels => first(labels) || second(labels);
            }

            return left;
        }

        private Func<IReadOnlyDictionary<string, string>, bool> And(int depth)
        {
            var left = Unary(depth);
            while (Take("&&"))
            {
                var (first, second) = (left, Unary(depth));
                left = labels => first(labels) && second(labels);
            }

            return left;
        }

        private Func<IReadOnlyDictionary<string, string>, bool> Unary(int depth)
        {
            if (depth > MaxDepth)
            {
                throw Wrong("nesting of at most 64 levels");
            }

            if (Take("!"))
            {
                var inner = Unary(depth + 1);
                return labels => !inner(labels);
            }

            if (Take("("))
            {
                var inner = Or(depth + 1);
                Expect(")");
                return inner;
            }

            if (Take("LabelRegex"))
            {
                var (key, pattern) = Arguments();
                return RegexMatch(key, pattern);
            }

            if (Take("Label"))
            {
                var (key, value) = Arguments();
                return labels => labels.GetValueOrDefault(key, "") == value;
            }

            throw Wrong("Label(`key`, `value`), LabelRegex(`key`, `expression`), ! or (");
        }

        private Func<IReadOnlyDictionary<string, string>, bool> RegexMatch(string key, string pattern)
        {
            Regex regex;
            try
            {
                // Label values are strangers' text: an expression that explodes on one is given up, and does not match.
                regex = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(100));
            }
            catch (ArgumentException)
            {
                throw Wrong($"a valid regular expression before it, not {UntrustedText.Show(pattern)}");
            }

            return labels =>
            {
                try
                {
                    return regex.IsMatch(labels.GetValueOrDefault(key, ""));
                }
                catch (RegexMatchTimeoutException)
                {
                    return false;
                }
            };
        }

        private (string First, string Second) Arguments()
        {
            Expect("(");
            var first = String();
            Expect(",");
            var second = String();
            Expect(")");
            return (first, second);
        }

        private string String()
        {
            SkipSpace();
            if (_at >= text.Length || text[_at] is not ('`' or '"'))
            {
                throw Wrong("a string in backquotes or double quotes");
            }

            var quote = text[_at++];
            var result = new StringBuilder();
            for (; _at < text.Length && text[_at] != quote; _at++)
            {
                if (quote == '"' && text[_at] == '\\' && _at + 1 < text.Length)
                {
                    _at++;
                }

                result.Append(text[_at]);
            }

            if (_at >= text.Length)
            {
                throw Wrong($"a closing {quote}");
            }

            _at++;
            return result.ToString();
        }

        public void ExpectEnd()
        {
            SkipSpace();
            if (_at < text.Length)
            {
                throw Wrong("&&, || or the end");
            }
        }

        private void Expect(string token)
        {
            if (!Take(token))
            {
                throw Wrong(token);
            }
        }

        private bool Take(string token)
        {
            SkipSpace();
            if (!text.AsSpan(_at).StartsWith(token, StringComparison.Ordinal))
            {
                return false;
            }

            _at += token.Length;
            return true;
        }

        private void SkipSpace()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
        }

        private FormatException Wrong(string expected) => new($"at position {_at}: expected {expected}");
    }
}
