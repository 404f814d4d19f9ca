using System.Text;

namespace PipeProxy.Core.Routing;

/// <summary>
/// <c>Host(`example.com`)</c>: the request's host, whatever its case, port and trailing dot. <c>*.example.com</c> is one
/// label before it, <c>**.example.com</c> one or more.
/// </summary>
internal sealed class HostMatcher : RuleNode
{
    private readonly byte[] _name;
    private readonly string _domain;
    private readonly int _stars;

    public HostMatcher(string domain)
    {
        _domain = domain;
        _stars = domain.StartsWith("**.", StringComparison.Ordinal) ? 2 : domain is "*" || domain.StartsWith("*.", StringComparison.Ordinal) ? 1 : 0;
        _name = HostNames.Normalize(domain[_stars..]);
        Hosts = _stars == 0 ? new HashSet<string>([Encoding.ASCII.GetString(_name)], StringComparer.Ordinal) : null;
    }

    public override IReadOnlySet<string>? Hosts { get; }

    public override bool IsHostAlone => _stars == 0;

    public override IEnumerable<string> Domains => [_domain];

    public override bool Matches(in RuleInput input)
    {
        var host = input.Host;
        if (_stars == 0)
        {
            return host.SequenceEqual(_name);
        }

        // _name is what follows the stars: it begins with a dot, or is empty after a lone star.
        if (host.IsEmpty || !host.EndsWith(_name))
        {
            return false;
        }

        var labels = host[..^_name.Length];
        return _stars == 2 ? !labels.IsEmpty : !labels.Contains((byte)'.');
    }
}

/// <summary><c>HostRegexp(`^.+\.example\.com$`)</c>: searched in the host in lower case, without port.</summary>
internal sealed class HostRegexpMatcher(RuleRegex regex) : RuleNode
{
    public override bool Matches(in RuleInput input) => regex.IsMatch(input.Host);
}
