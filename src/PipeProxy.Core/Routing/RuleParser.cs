using System.Text;

namespace PipeProxy.Core.Routing;

/// <summary>A rule, read.</summary>
/// <param name="Node">What decides.</param>
/// <param name="Warnings">What is allowed and will probably not do what was meant.</param>
internal readonly record struct ParsedRule(RuleNode Node, IReadOnlyList<string> Warnings);

/// <summary>
/// Traefik v3's rule grammar by recursive descent:
/// <code>
/// or    = and { "||" and }
/// and   = unary { "&amp;&amp;" unary }
/// unary = "!" unary | "(" or ")" | name "(" text { "," text } ")"
/// text  = `raw` | "with \"escapes\""
/// </code>
/// Names are taken in any case. Single quotes are refused, as Traefik refuses them.
/// </summary>
internal ref struct RuleParser
{
    private const int MaximumDepth = 100;

    private readonly string _rule;
    private readonly List<string> _warnings = [];
    private int _position;
    private int _depth;

    private RuleParser(string rule) => _rule = rule;

    /// <summary>Reads <paramref name="rule"/>.</summary>
    /// <exception cref="RuleException">With the position of the first character that does not fit, and what was expected.</exception>
    public static RuleNode Parse(string rule) => Read(rule).Node;

    /// <summary>Reads <paramref name="rule"/> and says what looks wrong in it.</summary>
    /// <exception cref="RuleException">With the position of the first character that does not fit, and what was expected.</exception>
    public static ParsedRule Read(string rule)
    {
        var parser = new RuleParser(rule);
        var node = parser.Or();
        if (parser._position < rule.Length)
        {
            throw parser.Expected("'&&', '||' or the rule's end");
        }

        return new ParsedRule(node, parser._warnings);
    }

    /// <summary>
    /// The priority of a rule that has none of its own: its length in bytes (UTF-8); the two stars of a
    /// <c>**.</c> domain do not count, so that it ranks below <c>*.</c> and exact hosts.
    /// </summary>
    public static long PriorityOf(string rule, RuleNode node) =>
        Encoding.UTF8.GetByteCount(rule) - (2 * node.Domains.Count(d => d.StartsWith("**.", StringComparison.Ordinal)));

    private RuleNode Or()
    {
        if (++_depth > MaximumDepth)
        {
            throw new RuleException("the rule is nested too deep", _position);
        }

        var parts = new List<RuleNode> { And() };
        while (TryTake("||"))
        {
            parts.Add(And());
        }

        _depth--;
        return parts.Count == 1 ? parts[0] : new OrNode([.. parts]);
    }

    private RuleNode And()
    {
        var parts = new List<RuleNode> { Unary() };
        while (TryTake("&&"))
        {
            parts.Add(Unary());
        }

        return parts.Count == 1 ? parts[0] : new AndNode([.. parts]);
    }

    private RuleNode Unary()
    {
        var negated = false;
        while (TryTake("!"))
        {
            negated = !negated;
        }

        RuleNode node;
        if (TryTake("("))
        {
            node = Or();
            Take(")");
        }
        else
        {
            node = Call();
        }

        return negated ? new NotNode(node) : node;
    }

    private RuleNode Call()
    {
        SkipSpace();
        var start = _position;
        while (_position < _rule.Length && char.IsAsciiLetterOrDigit(_rule[_position]))
        {
            _position++;
        }

        if (_position == start)
        {
            throw Expected("a matcher such as Host(`example.com`), '!' or '('");
        }

        var name = _rule[start.._position];
        if (!RuleMatchers.IsKnown(name))
        {
            throw new RuleException($"there is no matcher '{name}': expected {RuleMatchers.Names}", start);
        }

        Take("(");
        var arguments = new List<RuleArgument>();
        while (!TryTake(")"))
        {
            if (arguments.Count > 0)
            {
                Take(",");
                if (TryTake(")"))
                {
                    break; // Go allows a comma after the last argument
                }
            }

            arguments.Add(Text());
        }

        return RuleMatchers.Create(name, arguments, start, _warnings);
    }

    private RuleArgument Text()
    {
        SkipSpace();
        var start = _position;
        switch (_position < _rule.Length ? _rule[_position] : '\0')
        {
            case '`':
                var end = _rule.IndexOf('`', start + 1);
                if (end < 0)
                {
                    throw new RuleException("expected a closing '`'", _rule.Length);
                }

                _position = end + 1;
                return new RuleArgument(_rule[(start + 1)..end], start, IsRaw: true);
            case '"':
                return new RuleArgument(GoString.Read(_rule, ref _position), start, IsRaw: false);
            case '\'':
                throw new RuleException("expected a value in backticks or double quotes; single quotes are none", start);
            default:
                throw Expected("a value in backticks or double quotes");
        }
    }

    private void Take(string token)
    {
        if (!TryTake(token))
        {
            throw Expected($"'{token}'");
        }
    }

    private bool TryTake(string token)
    {
        SkipSpace();
        if (string.CompareOrdinal(_rule, _position, token, 0, token.Length) != 0)
        {
            return false;
        }

        _position += token.Length;
        return true;
    }

    private void SkipSpace()
    {
        while (_position < _rule.Length && _rule[_position] is ' ' or '\t' or '\r' or '\n')
        {
            _position++;
        }
    }

    private readonly RuleException Expected(string what) =>
        new($"expected {what}, found {(_position < _rule.Length ? $"'{_rule[_position]}'" : "the end of the rule")}", _position);
}
