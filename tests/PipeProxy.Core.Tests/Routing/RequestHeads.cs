using System.Buffers;
using System.Net;
using System.Text;
using PipeProxy.Core.Http;
using PipeProxy.Core.Routing;

namespace PipeProxy.Core.Tests.Routing;

/// <summary>Request heads as the parser makes them.</summary>
internal static class RequestHeads
{
    /// <summary>A GET for a URL without scheme: <c>host[:port]/path?query</c>, with further lines.</summary>
    public static RequestHead Get(string url, params string[] lines) => Of("GET", url, lines);

    /// <summary>A request for a URL without scheme, with further lines.</summary>
    public static RequestHead Of(string method, string url, params string[] lines)
    {
        var slash = url.IndexOfAny(['/', '?']);
        var host = slash < 0 ? url : url[..slash];
        var target = slash < 0 ? "/" : url[slash] == '?' ? "/" + url[slash..] : url[slash..];
        var text = $"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{string.Concat(lines.Select(l => l + "\r\n"))}\r\n";
        var head = new RequestHead();
        var parser = new RequestHeadParser(new HttpLimits());
        var result = parser.Parse(new ReadOnlySequence<byte>(Encoding.Latin1.GetBytes(text)), head, out _, out _);
        Assert.True(result == HeadResult.Done, text);
        return head;
    }

    /// <summary>Whether the rule holds for the request, asked through a table with one route.</summary>
    public static bool Matches(string rule, RequestHead head, string? client = null)
    {
        var table = RouteTable.Create([Candidate("r", rule)]);
        return table.Find(new RouteRequest(head, client is null ? null : IPAddress.Parse(client))) is not null;
    }

    /// <summary>A route of that name and rule, with the rule's own priority unless one is given.</summary>
    public static RouteCandidate Candidate(string name, string rule, long? priority = null, bool isRetained = false)
    {
        var node = RuleParser.Parse(rule);
        var definition = new Core.Configuration.RouterDefinition { Name = name, Rule = rule, Service = "s" };
        return new RouteCandidate(new Route(name, definition, new Core.Balancing.Service("s@test", 0), []), node, priority ?? RuleParser.PriorityOf(rule, node), isRetained);
    }
}
