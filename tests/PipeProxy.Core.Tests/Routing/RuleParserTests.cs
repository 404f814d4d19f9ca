using PipeProxy.Core.Routing;

namespace PipeProxy.Core.Tests.Routing;

public class RuleParserTests
{
    [Theory]
    [InlineData("Host(`a`)")]
    [InlineData("  Host ( `a` ) ")]
    [InlineData("Host(\"a\")")]
    [InlineData("HOST(`a`)")]
    [InlineData("host(`a`)")]
    [InlineData("(Host(`a`))")]
    [InlineData("((Host(`a`)))")]
    [InlineData("!!Host(`a`)")]
    [InlineData("!(!Host(`a`))")]
    [InlineData("Host(`a`,)")]
    [InlineData("Host(`a`)\n  && PathPrefix(`/`)")]
    [InlineData("Host(`x`) || Host(`a`)")]
    [InlineData("Host(`x`) && Host(`y`) || Host(`a`)")]
    [InlineData("Host(`a`) || Host(`x`) && Host(`y`)")]
    [InlineData("Host(`a`) && !Host(`x`)")]
    [InlineData("!Host(`x`) && Host(`a`)")]
    [InlineData("!(Host(`x`) || Host(`y`)) && Hostregexp(`^a$`) && Pathprefix(`/`) && METHOD(`get`)")]
    [InlineData("Host(\"\\x61\")")]
    [InlineData("Host(\"\\u0061\")")]
    public void Parse_RuleThatHoldsForHostA_Matches(string rule) => Assert.True(RequestHeads.Matches(rule, RequestHeads.Get("a/")));

    [Theory]
    [InlineData("!Host(`a`)")]
    [InlineData("!(Host(`a`) && PathPrefix(`/`))")]
    [InlineData("(Host(`a`) || Host(`b`)) && Host(`b`)")]
    [InlineData("Host(`a`) && Host(`b`) || Host(`c`)")]
    [InlineData("!Host(`a`) && Host(`a`)")]
    [InlineData("!!!Host(`a`)")]
    public void Parse_RuleThatDoesNotHoldForHostA_DoesNotMatch(string rule) => Assert.False(RequestHeads.Matches(rule, RequestHeads.Get("a/")));

    [Theory]
    [InlineData("", 0, "expected a matcher")]
    [InlineData("   ", 3, "expected a matcher")]
    [InlineData("Host", 4, "expected '('")]
    [InlineData("Host(`a`", 8, "expected ','")]
    [InlineData("Host(`a", 7, "expected a closing '`'")]
    [InlineData("Host(\"a", 7, "expected a closing '\"'")]
    [InlineData("Host(\"a\\q\")", 7, "Go's escapes")]
    [InlineData("Host(\"\\xff\")", 6, "Go's escapes")]
    [InlineData("Host('a')", 5, "single quotes")]
    [InlineData("Host(a)", 5, "backticks or double quotes")]
    [InlineData("Host(,)", 5, "backticks or double quotes")]
    [InlineData("Host(`a`,,)", 9, "backticks or double quotes")]
    [InlineData("Host(`a`))", 9, "expected '&&', '||' or the rule's end, found ')'")]
    [InlineData("(Host(`a`)", 10, "expected ')'")]
    [InlineData("Host(`a`) &&", 12, "expected a matcher")]
    [InlineData("Host(`a`) ||", 12, "expected a matcher")]
    [InlineData("Host(`a`) & Host(`b`)", 10, "expected '&&'")]
    [InlineData("Host(`a`) Host(`b`)", 10, "expected '&&'")]
    [InlineData("Host(`a`) && Hots(`b`)", 13, "there is no matcher 'Hots'")]
    [InlineData("Headers(`a`, `b`)", 0, "there is no matcher 'Headers'")]
    [InlineData("!", 1, "expected a matcher")]
    [InlineData("Host()", 0, "Host takes 1 value, found 0")]
    [InlineData("Path(`/`) && Host(`a`, `b`)", 13, "join several with '||'")]
    [InlineData("Header(`a`)", 0, "Header takes 2 values, found 1")]
    [InlineData("HeaderRegexp(`a`, `b`, `c`)", 0, "takes 2 values, found 3")]
    [InlineData("Query(`a`, `b`, `c`)", 0, "Query takes 1 or 2 values, found 3")]
    [InlineData("Query()", 0, "Query takes 1 or 2 values, found 0")]
    [InlineData("Method(`GET`, `POST`)", 0, "Method takes 1 value, found 2")]
    [InlineData("ClientIP()", 0, "ClientIP takes 1 value")]
    [InlineData("Host(``)", 5, "not empty")]
    [InlineData("Header(`a`, ``)", 12, "not empty")]
    [InlineData("Query(`q`, ``)", 11, "not empty")]
    [InlineData("Path(`css`)", 5, "expected '/'")]
    [InlineData("PathPrefix(`css`)", 11, "expected '/'")]
    [InlineData("Host(`é.com`)", 5, "ASCII only")]
    [InlineData("HostRegexp(`é.com`)", 11, "ASCII only")]
    [InlineData("Host(`/`)", 5, "no host name")]
    [InlineData("Host(`http://a`)", 5, "no host name")]
    [InlineData("ClientIP(`1`)", 9, "no IP address")]
    [InlineData("ClientIP(`127.1`)", 9, "no IP address")]
    [InlineData("ClientIP(`010.0.0.1`)", 9, "no IP address")]
    [InlineData("ClientIP(`10.0.0.0/33`)", 9, "no IP address")]
    [InlineData("ClientIP(`10.0.0.0/`)", 9, "no IP address")]
    [InlineData("ClientIP(`10.0.0.0/-1`)", 9, "no IP address")]
    [InlineData("ClientIP(`fe80::1%eth0`)", 9, "no IP address")]
    [InlineData("PathRegexp(`/(css`)", 13, "'(' is never closed")]
    [InlineData("PathRegexp(`/css)`)", 16, "')' closes nothing")]
    [InlineData("PathRegexp(`a**`)", 14, "nothing to repeat")]
    [InlineData("PathRegexp(`*`)", 12, "nothing to repeat")]
    [InlineData("PathRegexp(`(?=a)`)", 12, "Go knows")]
    [InlineData("PathRegexp(`(?<!a)`)", 14, "look-behind")]
    [InlineData("PathRegexp(`(a)\\1`)", 15, "means nothing in Go's syntax")]
    [InlineData("PathRegexp(`\\p{Greek}`)", 12, "'Greek'")]
    [InlineData("PathRegexp(`[a`)", 12, "'[' is never closed")]
    [InlineData("PathRegexp(`[z-a]`)", 13, "backwards")]
    [InlineData("PathRegexp(`a{1001}`)", 13, "repeat count")]
    [InlineData("PathRegexp(`a\\`)", 13, "at its end")]
    [InlineData("PathRegexp(\"/(css\")", 11, "'(' is never closed")]
    public void Parse_BadRule_SaysWhereAndWhatWasExpected(string rule, int position, string message)
    {
        var e = Assert.Throws<RuleException>(() => RuleParser.Parse(rule));

        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(position, e.Position);
    }

    [Fact]
    public void Parse_ThousandParentheses_IsRefusedWithoutOverflow()
    {
        var rule = new string('(', 100_000) + "Host(`a`)" + new string(')', 100_000);

        Assert.Contains("too deep", Assert.Throws<RuleException>(() => RuleParser.Parse(rule)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_LongChainsOfOperators_AreRead()
    {
        var rule = string.Join(" || ", Enumerable.Range(0, 50_000).Select(i => $"Host(`h{i}`)"));

        Assert.True(RequestHeads.Matches(rule, RequestHeads.Get("h49999/")));
        Assert.True(RequestHeads.Matches(string.Join(" && ", Enumerable.Repeat("PathPrefix(`/`)", 50_000)), RequestHeads.Get("h/")));
        Assert.True(RequestHeads.Matches(new string('!', 10_000) + "Host(`a`)", RequestHeads.Get("a/")));
    }

    [Theory]
    [InlineData("Host(`a:80`)", "never matches")]
    [InlineData("Host(`{sub:.+}.a`)", "literally")]
    [InlineData("HostRegexp(`{sub:.+}.a`)", "plain regular expression")]
    public void Read_RuleInTheManner_OfAnotherVersion_Warns(string rule, string warning) =>
        Assert.Contains(warning, Assert.Single(RuleParser.Read(rule).Warnings), StringComparison.Ordinal);

    [Theory]
    [InlineData("Host(`a`)", 9)]
    [InlineData("Host(`*.a`)", 11)]
    [InlineData("Host(`**.a`)", 10)]
    [InlineData("!Host(`**.a`)", 13)]
    [InlineData("Path(`/é`)", 11)]
    public void PriorityOf_Rule_IsItsLengthInBytesLessDoubleStars(string rule, long expected) =>
        Assert.Equal(expected, RuleParser.PriorityOf(rule, RuleParser.Parse(rule)));
}
