using System.Text;

namespace PipeProxy.Docker.Labels;

/// <summary>
/// The template of <c>defaultRule</c>: plain text and, between <c>{{ }}</c>, the part of Go's template language that rules need:
/// <c>.Name</c>, <c>.ContainerName</c>, <c>index .Labels "key"</c>, <c>normalize X</c>, parentheses. Everything else is refused by name.
/// </summary>
public sealed class DefaultRule
{
    private readonly List<Func<ContainerFacts, string>> _parts = [];

    private DefaultRule()
    {
    }

    /// <summary>Reads a template. Returns what is wrong with it, or null.</summary>
    public static string? TryParse(string template, out DefaultRule? rule)
    {
        ArgumentNullException.ThrowIfNull(template);
        rule = new DefaultRule();
        var at = 0;
        while (at < template.Length)
        {
            var open = template.IndexOf("{{", at, StringComparison.Ordinal);
            var text = open < 0 ? template[at..] : template[at..open];
            if (text.Length > 0)
            {
                rule._parts.Add(_ => text);
            }

            if (open < 0)
            {
                return null;
            }

            var close = template.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                rule = null;
                return $"the template has no end for the {{{{ at position {open}";
            }

            var expression = template[(open + 2)..close].Trim();
            var tokens = Tokens(expression);
            var next = 0;
            if (tokens is null || Expression(tokens, ref next) is not { } value || next != tokens.Count)
            {
                rule = null;
                return $"the template's {{{{ {UntrustedText.Show(expression)} }}}} is not served: it may hold .Name, .ContainerName, index .Labels \"key\" and normalize";
            }

            rule._parts.Add(value);
            at = close + 2;
        }

        return null;
    }

    internal string Render(ContainerFacts container)
    {
        var result = new StringBuilder();
        foreach (var part in _parts)
        {
            result.Append(part(container));
        }

        return result.ToString();
    }

    private static Func<ContainerFacts, string>? Expression(List<string> tokens, ref int next)
    {
        if (next >= tokens.Count)
        {
            return null;
        }

        switch (tokens[next++])
        {
            case ".Name":
                return TraefikNames.DefaultService;
            case ".ContainerName":
                return static container => container.Name;
            case "normalize":
                return Expression(tokens, ref next) is { } inner ? container => TraefikNames.Normalize(inner(container)) : null;
            case "(":
                var grouped = Expression(tokens, ref next);
                return next < tokens.Count && tokens[next++] == ")" ? grouped : null;
            case "index" when next + 1 < tokens.Count && tokens[next] == ".Labels" && tokens[next + 1][0] is '"' or '`':
                var key = tokens[next + 1][1..];
                next += 2;
                return container => container.Labels.GetValueOrDefault(key, "");
            default:
                return null;
        }
    }

    // Words, parentheses, and strings, which keep their opening quote as a mark.
    private static List<string>? Tokens(string expression)
    {
        List<string> tokens = [];
        for (var i = 0; i < expression.Length; i++)
        {
            var c = expression[i];
            if (c is ' ' or '\t')
            {
                continue;
            }

            if (c is '(' or ')')
            {
                tokens.Add(c.ToString());
                continue;
            }

            if (c is '"' or '`')
            {
                var end = expression.IndexOf(c, i + 1);
                if (end < 0)
                {
                    return null;
                }

                tokens.Add(expression[i..end]);
                i = end;
                continue;
            }

            var start = i;
            while (i < expression.Length && expression[i] is not (' ' or '\t' or '(' or ')' or '"' or '`'))
            {
                i++;
            }

            tokens.Add(expression[start..i]);
            i--;
        }

        return tokens;
    }
}
