using System.Buffers;

namespace PipeProxy.Core.Routing;

/// <summary>A matcher's argument.</summary>
/// <param name="Value">Without its quotes.</param>
/// <param name="Position">Where its opening quote stands in the rule.</param>
/// <param name="IsRaw">In backticks: the value's characters stand in the rule one by one.</param>
internal readonly record struct RuleArgument(string Value, int Position, bool IsRaw);

/// <summary>The matchers by name: how many arguments each takes, and what it refuses.</summary>
internal static class RuleMatchers
{
    private static readonly SearchValues<char> NotInHost = SearchValues.Create("/?#@, \\");

    private static readonly Dictionary<string, (string Name, int Least, int Most)> Known = new[]
    {
        ("ClientIP", 1, 1), ("Header", 2, 2), ("HeaderRegexp", 2, 2), ("Host", 1, 1), ("HostRegexp", 1, 1), ("Method", 1, 1),
        ("Path", 1, 1), ("PathPrefix", 1, 1), ("PathRegexp", 1, 1), ("Query", 1, 2), ("QueryRegexp", 1, 2),
    }.ToDictionary(m => m.Item1, StringComparer.OrdinalIgnoreCase);

    /// <summary>All of them, for messages.</summary>
    public static string Names { get; } = string.Join(", ", Known.Keys);

    /// <summary>True where there is such a matcher, whatever the name's case.</summary>
    public static bool IsKnown(string name) => Known.ContainsKey(name);

    /// <summary>Makes the matcher.</summary>
    /// <param name="position">Where its name stands in the rule.</param>
    /// <exception cref="RuleException">Wrong number of arguments, an empty one, or one that the matcher cannot take.</exception>
    public static RuleNode Create(string name, List<RuleArgument> arguments, int position, List<string> warnings)
    {
        var (proper, least, most) = Known[name];
        if (arguments.Count < least || arguments.Count > most)
        {
            var expected = least == most ? $"{least}" : $"{least} or {most}";
            var hint = arguments.Count > most ? $" (join several with '||': {proper}(`a`) || {proper}(`b`))" : "";
            throw new RuleException($"{proper} takes {expected} {(most == 1 ? "value" : "values")}, found {arguments.Count}{hint}", position);
        }

        foreach (var argument in arguments)
        {
            if (argument.Value.Length == 0)
            {
                throw new RuleException($"expected a value that is not empty for {proper}", argument.Position);
            }
        }

        var (first, last) = (arguments[0], arguments[^1]);
        return proper switch
        {
            "Host" => Host(first, warnings),
            "HostRegexp" => new HostRegexpMatcher(Regexp(Ascii(first, proper), warnings)),
            "Path" => new PathMatcher(Slash(first, proper)),
            "PathPrefix" => new PathPrefixMatcher(Slash(first, proper)),
            "PathRegexp" => new PathRegexpMatcher(Regexp(first, warnings)),
            "Method" => new MethodMatcher(first.Value),
            "Header" => new HeaderMatcher(first.Value, last.Value),
            "HeaderRegexp" => new HeaderRegexpMatcher(first.Value, Regexp(last, warnings)),
            "Query" => new QueryMatcher(first.Value, arguments.Count == 2 ? last.Value : ""),
            "QueryRegexp" when arguments.Count == 1 => new QueryMatcher(first.Value, ""),
            "QueryRegexp" => new QueryRegexpMatcher(first.Value, Regexp(last, warnings)),
            _ => ClientIPMatcher.TryCreate(first.Value)
                ?? throw new RuleException($"'{first.Value}' is no IP address and no CIDR range such as 10.0.0.0/8", first.Position),
        };
    }

    private static HostMatcher Host(RuleArgument argument, List<string> warnings)
    {
        var host = Ascii(argument, "Host").Value;
        if (host.AsSpan().ContainsAny(NotInHost))
        {
            throw new RuleException($"'{host}' is no host name: expected one without scheme, path or spaces", argument.Position);
        }

        if (host.Contains('{', StringComparison.Ordinal))
        {
            warnings.Add($"Host(`{host}`) is taken literally: Traefik v3 knows no {{name:pattern}} (use HostRegexp)");
        }
        else if (host.Contains(':', StringComparison.Ordinal) && !System.Net.IPAddress.TryParse(host, out _))
        {
            warnings.Add($"Host(`{host}`) never matches: the request's port is left away before hosts are compared");
        }

        return new HostMatcher(host);
    }

    private static string Slash(RuleArgument argument, string matcher) => argument.Value[0] == '/'
        ? argument.Value
        : throw new RuleException($"expected '/' at the beginning of {matcher}'s value", argument.Position);

    private static RuleArgument Ascii(RuleArgument argument, string matcher) => System.Text.Ascii.IsValid(argument.Value)
        ? argument
        : throw new RuleException($"{matcher} takes ASCII only: write international names in their xn-- form", argument.Position);

    private static RuleRegex Regexp(RuleArgument argument, List<string> warnings)
    {
        try
        {
            var regex = new RuleRegex(argument.Value);
            if (argument.Value.StartsWith('{') && argument.Value.Contains(':', StringComparison.Ordinal))
            {
                warnings.Add($"`{argument.Value}` is taken as a plain regular expression: Traefik v3 knows no {{name:pattern}}");
            }

            return regex;
        }
        catch (RuleException e)
        {
            throw new RuleException(e.Message, argument.IsRaw ? argument.Position + 1 + e.Position : argument.Position);
        }
    }
}
