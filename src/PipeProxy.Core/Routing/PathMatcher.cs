using System.Text;

namespace PipeProxy.Core.Routing;

/// <summary><c>Path(`/a`)</c>: the whole path, exactly.</summary>
internal sealed class PathMatcher(string path) : RuleNode
{
    private readonly byte[] _path = Encoding.UTF8.GetBytes(path);

    public override bool Matches(in RuleInput input) => input.Path.SequenceEqual(_path);
}

/// <summary><c>PathPrefix(`/a`)</c>: what the path begins with, as text: <c>/ab</c> as well as <c>/a/b</c>.</summary>
internal sealed class PathPrefixMatcher(string prefix) : RuleNode
{
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix);

    public override bool Matches(in RuleInput input) => input.Path.StartsWith(_prefix);
}

/// <summary><c>PathRegexp(`\.(png|jpg)$`)</c>: searched in the path.</summary>
internal sealed class PathRegexpMatcher(RuleRegex regex) : RuleNode
{
    public override bool Matches(in RuleInput input) => regex.IsMatch(input.Path);
}
