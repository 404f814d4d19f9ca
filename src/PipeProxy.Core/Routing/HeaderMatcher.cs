using System.Text;

namespace PipeProxy.Core.Routing;

/// <summary><c>Header(`X-A`, `b`)</c>: one of the field's lines has exactly this value. The name's case means nothing.</summary>
internal sealed class HeaderMatcher(string name, string value) : RuleNode
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(name);
    private readonly byte[] _value = Encoding.UTF8.GetBytes(value);

    public override bool Matches(in RuleInput input)
    {
        var head = input.Head;
        for (var line = head.Find(_name); line >= 0; line = head.Find(_name, line + 1))
        {
            if (head.ValueOf(line).SequenceEqual(_value))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary><c>HeaderRegexp(`X-A`, `^b`)</c>: searched in each of the field's lines.</summary>
internal sealed class HeaderRegexpMatcher(string name, RuleRegex regex) : RuleNode
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(name);

    public override bool Matches(in RuleInput input)
    {
        var head = input.Head;
        for (var line = head.Find(_name); line >= 0; line = head.Find(_name, line + 1))
        {
            if (regex.IsMatch(head.ValueOf(line)))
            {
                return true;
            }
        }

        return false;
    }
}
