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

/// <summary><c>a &amp;&amp; b</c>.</summary>
internal sealed class AndNode(RuleNode left, RuleNode right) : RuleNode
{
    public override IReadOnlySet<string>? Hosts { get; } = Intersect(left.Hosts, right.Hosts);

    public override IEnumerable<string> Domains => left.Domains.Concat(right.Domains);

    public override bool Matches(in RuleInput input) => left.Matches(input) && right.Matches(input);

    private static IReadOnlySet<string>? Intersect(IReadOnlySet<string>? a, IReadOnlySet<string>? b) =>
        a is null ? b : b is null ? a : a.Intersect(b).ToHashSet(StringComparer.Ordinal);
}

/// <summary><c>a || b</c>.</summary>
internal sealed class OrNode(RuleNode left, RuleNode right) : RuleNode
{
    public override IReadOnlySet<string>? Hosts { get; } =
        left.Hosts is { } a && right.Hosts is { } b ? a.Union(b).ToHashSet(StringComparer.Ordinal) : null;

    public override bool IsHostAlone { get; } = left.IsHostAlone && right.IsHostAlone;

    public override IEnumerable<string> Domains => left.Domains.Concat(right.Domains);

    public override bool Matches(in RuleInput input) => left.Matches(input) || right.Matches(input);
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
