using System.Buffers;
using System.Globalization;
using System.Text;

namespace PipeProxy.Core.Routing;

/// <summary>
/// Translates a regular expression from Go's syntax (RE2) to .NET's, for the question "is it found?". What means
/// something else in .NET is rewritten (<c>$</c>, <c>\d \w \s</c>, flags, named groups), what has no equal is refused
/// with its position: back references and look-around (which Go has not), <c>\C</c>, scripts (<c>\p{Greek}</c>) and
/// characters beyond U+FFFF inside brackets. Two differences stay: <c>\b</c> takes letters of all scripts for words, where
/// Go takes ASCII, and a character beyond U+FFFF counts as two for <c>.</c> and for negated brackets.
/// </summary>
internal ref struct GoRegexp
{
    private const int MaximumRepeat = 1000;
    private const int MaximumDepth = 200;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    private readonly ReadOnlySpan<char> _source;
    private readonly StringBuilder _output;
    private int _position;
    private int _depth;

    private GoRegexp(string source)
    {
        _source = source;
        _output = new StringBuilder(source.Length + 16);
    }

    /// <exception cref="RuleException">With the position inside <paramref name="expression"/>.</exception>
    public static string Translate(string expression)
    {
        var translator = new GoRegexp(expression);
        translator.Alternatives(new Flags());
        if (translator._position < expression.Length)
        {
            throw new RuleException("regular expression: ')' closes nothing", translator._position);
        }

        return translator._output.ToString();
    }

    // Everything up to the end or an unmatched ')'. Flags set in here end with the group.
    private void Alternatives(Flags flags)
    {
        if (++_depth > MaximumDepth)
        {
            throw new RuleException("regular expression: groups are nested too deep", _position);
        }

        var repeatable = false;
        while (_position < _source.Length && _source[_position] != ')')
        {
            var start = _position;
            switch (_source[_position])
            {
                case '|':
                    _position++;
                    _output.Append('|');
                    repeatable = false;
                    break;
                case '(':
                    repeatable = Group(ref flags);
                    break;
                case '*' or '+' or '?':
                    Repeat(1, repeatable, start);
                    repeatable = false;
                    break;
                case '{' when RepeatLength() is var length and > 0:
                    Repeat(length, repeatable, start);
                    repeatable = false;
                    break;
                default:
                    Atom(flags);
                    repeatable = true;
                    break;
            }
        }

        _depth--;
    }

    private void Repeat(int length, bool repeatable, int start)
    {
        if (!repeatable)
        {
            throw new RuleException($"regular expression: '{_source[start]}' has nothing to repeat", start);
        }

        // Greedy or lazy makes no difference to whether something is found.
        _output.Append(_source.Slice(_position, length));
        _position += length;
        if (_position < _source.Length && _source[_position] == '?')
        {
            _position++;
        }
    }

    // Length of {n}, {n,} or {n,m} here; 0 where the brace is a character like any other.
    private readonly int RepeatLength()
    {
        var rest = _source[_position..];
        var end = rest.IndexOf('}');
        if (end < 2)
        {
            return 0;
        }

        var body = rest[1..end];
        var comma = body.IndexOf(',');
        var low = comma < 0 ? body : body[..comma];
        var high = comma < 0 ? low : body[(comma + 1)..];
        if (!IsNumber(low, out var minimum) || (high.Length > 0 && !IsNumber(high, out _)))
        {
            return 0;
        }

        var maximum = high.Length == 0 ? minimum : int.Parse(high, NumberStyles.None, CultureInfo.InvariantCulture);
        if (minimum > MaximumRepeat || maximum > MaximumRepeat || maximum < minimum)
        {
            throw new RuleException($"regular expression: bad repeat count (at most {MaximumRepeat}, the lower one first)", _position);
        }

        return end + 1;
    }

    private static bool IsNumber(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        return text.Length is > 0 and <= 9 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    // True where what was read can be repeated (a group, not a change of flags).
    private bool Group(ref Flags flags)
    {
        var open = _position++;
        var inner = flags;
        if (_position < _source.Length && _source[_position] == '?')
        {
            _position++;
            if (TryName())
            {
                _output.Append("(?:");
            }
            else if (!ReadFlags(ref inner, open))
            {
                flags = inner;
                _output.Append(inner.IgnoreCase ? "(?i)" : "(?-i)");
                return false;
            }
            else
            {
                _output.Append(inner.IgnoreCase ? "(?i:" : "(?-i:");
            }
        }
        else
        {
            _output.Append("(?:");
        }

        Alternatives(inner);
        if (_position == _source.Length)
        {
            throw new RuleException("regular expression: '(' is never closed", open);
        }

        _position++;
        _output.Append(')');
        return true;
    }

    // (?P<name> and (?<name>: nothing is captured, so the name only has to be one.
    private bool TryName()
    {
        var rest = _source[_position..];
        var skip = rest.StartsWith("P<") ? 2 : rest.StartsWith("<") ? 1 : 0;
        if (skip == 0)
        {
            return false;
        }

        var end = rest.IndexOf('>');
        if (end <= skip || rest[skip..end].ContainsAnyExcept(NameCharacters))
        {
            throw new RuleException("regular expression: a group's name is letters, digits and '_' between '<' and '>' (Go has no look-behind)", _position);
        }

        _position += end + 1;
        return true;
    }

    // i, m, s, U and their negations; true where a group follows (':'), false where they hold to the end of this group.
    private bool ReadFlags(ref Flags flags, int open)
    {
        var on = true;
        while (_position < _source.Length)
        {
            switch (_source[_position++])
            {
                case 'i':
                    flags.IgnoreCase = on;
                    break;
                case 'm':
                    flags.Multiline = on;
                    break;
                case 's':
                    flags.DotIsAll = on;
                    break;
                case 'U': // greedy and lazy exchanged: nothing to do
                    break;
                case '-' when on:
                    on = false;
                    break;
                case ':':
                    return true;
                case ')':
                    return false;
                default:
                    throw new RuleException("regular expression: Go knows (?:, (?P<name>, (?<name> and the flags i, m, s, U after '(?'", open);
            }
        }

        throw new RuleException("regular expression: '(' is never closed", open);
    }

    private void Atom(Flags flags)
    {
        switch (_source[_position])
        {
            case '^':
                _position++;
                _output.Append(flags.Multiline ? "(?m:^)" : "\\A");
                break;
            case '$':
                _position++;
                _output.Append(flags.Multiline ? "(?m:$)" : "\\z");
                break;
            case '.':
                _position++;
                _output.Append(flags.DotIsAll ? "(?s:.)" : "[^\\n]");
                break;
            case '[':
                GoRegexpClass.Translate(_source, ref _position, _output);
                break;
            case '\\':
                Escape();
                break;
            default:
                GoRegexpEscape.Append(_output, GoRegexpEscape.ReadRune(_source, ref _position));
                break;
        }
    }

    private void Escape()
    {
        var start = _position;
        switch (_position + 1 < _source.Length ? _source[_position + 1] : '\0')
        {
            case 'A' or 'b' or 'B' or 'z':
                _output.Append('\\').Append(_source[_position + 1]);
                _position += 2;
                break;
            case 'Q':
                var rest = _source[(_position + 2)..];
                var end = rest.IndexOf("\\E");
                _position += 2;
                var stop = end < 0 ? _source.Length : _position + end;
                while (_position < stop)
                {
                    GoRegexpEscape.Append(_output, GoRegexpEscape.ReadRune(_source, ref _position));
                }

                _position = end < 0 ? stop : stop + 2;
                break;
            default:
                if (GoRegexpEscape.TryReadClass(_source, ref _position, out var members))
                {
                    _output.Append('[').Append(members).Append(']');
                }
                else
                {
                    GoRegexpEscape.Append(_output, GoRegexpEscape.ReadEscapedRune(_source, ref _position, start));
                }

                break;
        }
    }

    private struct Flags
    {
        public bool IgnoreCase;
        public bool Multiline;
        public bool DotIsAll;
    }
}
