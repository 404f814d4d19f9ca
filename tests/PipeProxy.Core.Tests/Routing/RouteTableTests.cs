using System.Net;
using PipeProxy.Core.Http;
using PipeProxy.Core.Routing;

namespace PipeProxy.Core.Tests.Routing;

public class RouteTableTests
{
    [Fact]
    public void Find_NoRoutes_FindsNothing() => Assert.Null(RouteTable.Empty.Find(new RouteRequest(RequestHeads.Get("h/"), null)));

    [Fact]
    public void Find_LongerRule_GoesFirst()
    {
        var table = RouteTable.Create([RequestHeads.Candidate("all", "PathPrefix(`/`)"), RequestHeads.Candidate("api", "Host(`h`) && PathPrefix(`/api`)"), RequestHeads.Candidate("host", "Host(`h`)")]);

        Assert.Equal("api", NameOf(table, RequestHeads.Get("h/api/x")));
        Assert.Equal("all", NameOf(table, RequestHeads.Get("h/")));
        Assert.Equal("all", NameOf(table, RequestHeads.Get("other/api")));
    }

    [Fact]
    public void Find_ExplicitPriority_GoesBeforeLength()
    {
        var table = RouteTable.Create([RequestHeads.Candidate("low", "Host(`h`) && PathPrefix(`/api`)", -1), RequestHeads.Candidate("high", "Host(`h`)", 1000), RequestHeads.Candidate("all", "PathPrefix(`/`)", 1)]);

        Assert.Equal("high", NameOf(table, RequestHeads.Get("h/api/x")));
        Assert.Equal("all", NameOf(table, RequestHeads.Get("i/api/x")));
    }

    [Fact]
    public void Find_EqualPriority_GoesByNameAndRetainedLast()
    {
        var table = RouteTable.Create([RequestHeads.Candidate("c", "Host(`h`)"), RequestHeads.Candidate("a", "Host(`h`)", isRetained: true), RequestHeads.Candidate("b", "Host(`h`)"), RequestHeads.Candidate("B", "Host(`i`)")]);

        Assert.Equal(["B", "b", "c", "a"], table.Routes.Select(r => r.RouterName));
        Assert.Equal("b", NameOf(table, RequestHeads.Get("h/")));
    }

    [Fact]
    public void Hosts_OfCombinations_AreThoseTheRuleCanHoldFor()
    {
        Assert.Equal(["a"], RuleParser.Parse("Host(`A.`) && PathPrefix(`/x`)").Hosts!);
        Assert.Equal(["a", "b"], RuleParser.Parse("Host(`a`) || Host(`b`)").Hosts!.Order());
        Assert.Equal(["b"], RuleParser.Parse("(Host(`a`) || Host(`b`)) && (Host(`b`) || Host(`c`))").Hosts!);
        Assert.Empty(RuleParser.Parse("Host(`a`) && Host(`b`)").Hosts!);
        Assert.Equal(["a"], RuleParser.Parse("Host(`a`) && (Host(`b`) || Path(`/`))").Hosts!.Intersect(["a"]));
        Assert.Null(RuleParser.Parse("Host(`a`) || Path(`/`)").Hosts);
        Assert.Null(RuleParser.Parse("!Host(`a`)").Hosts);
        Assert.Null(RuleParser.Parse("Host(`*.a`)").Hosts);
    }

    [Fact]
    public void Find_RandomRulesAndRequests_IsTheNaiveScan()
    {
        var random = new Random(20260101);
        var found = 0;
        for (var round = 0; round < 100; round++)
        {
            var candidates = Enumerable.Range(0, random.Next(1, 40))
                .Select(i => RequestHeads.Candidate($"r{i}", RandomRule(random, 3), random.Next(3) == 0 ? random.Next(-2, 40) : null, random.Next(5) == 0))
                .ToArray();
            var table = RouteTable.Create(candidates.OrderBy(_ => random.Next()));
            for (var i = 0; i < 50; i++)
            {
                var head = RandomRequest(random);
                var request = new RouteRequest(head, IPAddress.Parse($"10.0.0.{random.Next(4)}"));
                var expected = NaiveScan(candidates, request);
                found += expected is null ? 0 : 1;

                Assert.Equal(expected, table.Find(request)?.RouterName);
            }
        }

        // A property that never sees a match proves nothing.
        Assert.InRange(found, 1_000, 4_900);
    }

    [Fact]
    public void Find_Anything_AllocatesNothing()
    {
        var table = RouteTable.Create(Enumerable.Range(0, 200).Select(i => RequestHeads.Candidate($"h{i}", $"Host(`host{i}.test`)"))
            .Append(RequestHeads.Candidate("regex", "HostRegexp(`^r[a-z]+x$`) && PathRegexp(`^/a/[0-9]+$`) && HeaderRegexp(`X-A`, `^b`) && QueryRegexp(`q`, `v$`)"))
            .Append(RequestHeads.Candidate("rest", "Method(`GET`) && ClientIP(`10.0.0.0/8`) && Query(`q`, `v`) && Header(`X-A`, `b`)"))
            .Append(RequestHeads.Candidate("not", "!Host(`h`) && !PathPrefix(`/never`)", 1)));
        var heads = new[]
        {
            RequestHeads.Get("HOST77.test:80/"), RequestHeads.Get("regex/%61/12?q=v", "X-A: bc"), RequestHeads.Get("x/?q=%76", "X-A: b"), RequestHeads.Get("none/"),
        };
        var client = IPAddress.Parse("10.1.1.1");
        Assert.Equal(["h77", "regex", "rest", "not"], heads.Select(h => table.Find(new RouteRequest(h, client))!.RouterName));
        for (var i = 0; i < 1000; i++)
        {
            _ = table.Find(new RouteRequest(heads[i % 4], client));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            _ = table.Find(new RouteRequest(heads[i % 4], client));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string? NameOf(RouteTable table, RequestHead head) => table.Find(new RouteRequest(head, null))?.RouterName;

    private static string? NaiveScan(IEnumerable<RouteCandidate> candidates, in RouteRequest request)
    {
        var host = new byte[request.Head.HostName.Length];
        var length = HostNames.Normalize(request.Head.HostName, host);
        var path = new byte[request.Head.Path.Length];
        var input = new RuleInput(host.AsSpan(0, length), path.AsSpan(0, PercentCoding.DecodePath(request.Head.Path, path)), request);
        foreach (var candidate in candidates.OrderByDescending(c => c.Priority).ThenBy(c => c.IsRetained).ThenBy(c => c.Route.RouterName, StringComparer.Ordinal))
        {
            if (candidate.Rule.Matches(input))
            {
                return candidate.Route.RouterName;
            }
        }

        return null;
    }

    private static string RandomRule(Random random, int depth) => random.Next(depth > 0 ? 9 : 5) switch
    {
        0 or 1 => $"Host(`{Pick(random, "a", "b.", "C", "d.e", "*.e", "**.e")}`)",
        2 => $"PathPrefix(`{Pick(random, "/", "/x", "/x/y", "/a")}`)",
        3 => Pick(random, "Method(`GET`)", "Query(`q`, `1`)", "Header(`X-A`, `1`)", "ClientIP(`10.0.0.0/31`)"),
        4 => Pick(random, "HostRegexp(`^[ab]$`)", "PathRegexp(`y$`)", "Path(`/x`)", "QueryRegexp(`q`, `[12]`)"),
        5 or 6 => $"({RandomRule(random, depth - 1)} && {RandomRule(random, depth - 1)})",
        7 => $"({RandomRule(random, depth - 1)} || {RandomRule(random, depth - 1)})",
        _ => $"!{RandomRule(random, depth - 1)}",
    };

    private static RequestHead RandomRequest(Random random) => RequestHeads.Of(
        Pick(random, "GET", "POST"),
        Pick(random, "a", "A:80", "b", "b.", "c", "d.e", "x.d.e", "f") + Pick(random, "/", "/x", "/x/y", "/%78/z", "/a") + Pick(random, "", "?q=1", "?q=2&q=1"),
        random.Next(2) == 0 ? [] : ["X-A: " + random.Next(2)]);

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
