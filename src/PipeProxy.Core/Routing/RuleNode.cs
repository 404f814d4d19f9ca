using System.Text;

namespace PipeProxy.Core.Routing;

/// <summary>A parsed rule, or a part of one. Matching reads bytes and allocates nothing.</summary>
internal abstract class RuleNode
{
    /// <summary>True where the request fulfils this part of the rule.</summary>
    public abstract bool Matches(in RuleInput input);

    /// <summary>
    /// The only hosts (in <see cref="HostNames"/>' form) for which this part can be true, so that a router is found by
    /// look-up; null where it may be true for any host.
    /// </summary>
    public virtual IReadOnlySet<string>? Hosts => null;

    /// <summary>True where the host alone decides: for each of <see cref="Hosts"/> the rule holds.</summary>
    public virtual bool IsHostAlone => false;

    /// <summary>Domains that the rule names without a negation before them, as written.</summary>
    public virtual IEnumerable<string> Domains => [];
}

/// <summary><c>a &amp;&amp; b &amp;&amp; c</c>.</summary>
internal sealed class AndNode(RuleNode[] parts) : RuleNode
{
    public override IReadOnlySet<string>? Hosts { get; } = Intersect(parts);

    public override IEnumerable<string> Domains => parts.SelectMany(p => p.Domains);

    public override bool Matches(in RuleInput input)
    {
        foreach (var part in parts)
        {
            if (!part.Matches(input))
            {
                return false;
            }
        }

        return true;
    }

    private static HashSet<string>? Intersect(RuleNode[] parts)
    {
        HashSet<string>? common = null;
        foreach (var hosts in parts.Select(p => p.Hosts).OfType<IReadOnlySet<string>>())
        {
            if (common is null)
            {
                common = new HashSet<string>(hosts, StringComparer.Ordinal);
            }
            else
            {
                common.IntersectWith(hosts);
            }
        }

        return common;
    }
}

/// <summary><c>a || b || c</c>.</summary>
internal sealed class OrNode(RuleNode[] parts) : RuleNode
{
    public override IReadOnlySet<string>? Hosts { get; } =
        Array.TrueForAll(parts, p => p.Hosts is not null) ? parts.SelectMany(p => p.Hosts!).ToHashSet(StringComparer.Ordinal) : null;

    public override bool IsHostAlone { get; } = Array.TrueForAll(parts, p => p.IsHostAlone);

    public override IEnumerable<string> Domains => parts.SelectMany(p => p.Domains);

    public override bool Matches(in RuleInput input)
    {
        foreach (var part in parts)
        {
            if (part.Matches(input))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary><c>!a</c>.</summary>
internal sealed class NotNode(RuleNode inner) : RuleNode
{
    public override bool Matches(in RuleInput input) => !inner.Matches(input);
}

/// <summary><c>Method(`GET`)</c>: the method, written in upper case whatever the rule's case.</summary>
internal sealed class MethodMatcher(string method) : RuleNode
{
    private readonly byte[] _method = Encoding.UTF8.GetBytes(method.ToUpperInvariant());

    public override bool Matches(in RuleInput input) => input.Head.MethodBytes.SequenceEqual(_method);
}
