using System.Globalization;

namespace PipeProxy.Core.Tests.Routing;

/// <summary>What each matcher takes, as Traefik v3 has it.</summary>
public class MatcherTests
{
    [Theory]
    [InlineData("example.com", "example.com", true)]
    [InlineData("example.com", "EXAMPLE.com:8080/path", true)]
    [InlineData("EXAMPLE.COM", "example.com", true)]
    [InlineData("example.com", "example.com.", true)]
    [InlineData("example.com.", "example.com", true)]
    [InlineData("example.com.", "example.com.:80", true)]
    [InlineData("example.com", "example.org", false)]
    [InlineData("example.com", "a.example.com", false)]
    [InlineData("xn--9t9h.com", "XN--9T9H.com", true)]
    [InlineData("example.com:80", "example.com:80", false)]
    [InlineData("::1", "[::1]:8080", true)]
    [InlineData("[::1]", "[::1]", true)]
    [InlineData("172.18.0.3", "172.18.0.3:3000", true)]
    [InlineData("*.example.com", "a.example.com", true)]
    [InlineData("*.EXAMPLE.com", "A.example.com:80", true)]
    [InlineData("*.example.com", "a.b.example.com", false)]
    [InlineData("*.example.com", "example.com", false)]
    [InlineData("**.example.com", "a.b.example.com", true)]
    [InlineData("**.example.com", "a.example.com.", true)]
    [InlineData("**.example.com", "example.com", false)]
    [InlineData("*", "localhost", true)]
    [InlineData("*", "a.b", false)]
    [InlineData("*ample.com", "example.com", false)]
    public void Host_ComparesNames(string host, string url, bool expected) =>
        Assert.Equal(expected, RequestHeads.Matches($"Host(`{host}`)", RequestHeads.Get(url)));

    [Theory]
    [InlineData(@"^[a-z-]+\.com$", "EXAMPLE.com:8080", true)]
    [InlineData(@"^[a-z-]+\.com$", "example.org", false)]
    [InlineData(@"^[A-Z]+\.com$", "EXAMPLE.com", false)] // the host is searched in lower case
    [InlineData(@"(?i)^[A-Z]+\.com$", "EXAMPLE.com", true)]
    [InlineData(@"ampl", "example.com", true)]
    [InlineData(@".+", "a", true)]
    [InlineData(@"^(?P<tenant>[^.]+)\.app\.test$", "one.app.test", true)]
    [InlineData(@"{domain:[a-z]+\.com}", "example.com", false)]
    public void HostRegexp_SearchesTheHostInLowerCase(string pattern, string url, bool expected) =>
        Assert.Equal(expected, RequestHeads.Matches($"HostRegexp(`{pattern}`)", RequestHeads.Get(url)));

    [Theory]
    [InlineData("Path(`/css`)", "h/css", true)]
    [InlineData("Path(`/css`)", "h/css?a=b", true)]
    [InlineData("Path(`/css`)", "h/css/", false)]
    [InlineData("Path(`/css`)", "h/CSS", false)]
    [InlineData("Path(`/css`)", "h/", false)]
    [InlineData("Path(`/a b`)", "h/a%20b", true)]
    [InlineData("Path(`/é`)", "h/%C3%A9", true)]
    [InlineData("Path(`/a%2Fb`)", "h/a%2fb", true)]
    [InlineData("Path(`/a/b`)", "h/a%2fb", false)]
    [InlineData("PathPrefix(`/admin`)", "h/%61dmin", true)]
    [InlineData("PathPrefix(`/css`)", "h/css/main.css", true)]
    [InlineData("PathPrefix(`/css`)", "h/cssx", true)] // text, not segments
    [InlineData("PathPrefix(`/css`)", "h/cs", false)]
    [InlineData("PathPrefix(`/`)", "h", true)]
    [InlineData("PathRegexp(`^/(css|js)`)", "h/js/main.js", true)]
    [InlineData("PathRegexp(`^/(css|js)`)", "h/CSS", false)]
    [InlineData("PathRegexp(`\\.png$`)", "h/a.png", true)]
    [InlineData("PathRegexp(`\\.png$`)", "h/a.png%0A", false)] // Go's $ is the very end
    [InlineData("PathRegexp(`^/{path:css}$`)", "h/%7Bpath:css%7D", true)]
    [InlineData("PathRegexp(`^/é+$`)", "h/%C3%A9%C3%A9", true)]
    public void Path_ComparesTheDecodedPath(string rule, string url, bool expected) => Assert.Equal(expected, RequestHeads.Matches(rule, RequestHeads.Get(url)));

    [Theory]
    [InlineData("Query(`q`, `traefik`)", "q=traefik", true)]
    [InlineData("Query(`q`, `traefik`)", "rel=ddg&q=traefik", true)]
    [InlineData("Query(`q`, `traefik`)", "q=awesome&q=traefik", true)]
    [InlineData("Query(`q`, `traefik`)", "q=TRAEFIK", false)]
    [InlineData("Query(`q`, `traefik`)", "Q=traefik", false)]
    [InlineData("Query(`q`, `traefik`)", "xq=traefik", false)]
    [InlineData("Query(`q`, `traefik`)", "q=traefikx", false)]
    [InlineData("Query(`q`, `traefik`)", "q=traefi", false)]
    [InlineData("Query(`q`, `a b&c`)", "q=a+b%26c", true)]
    [InlineData("Query(`q`, `a b`)", "%71=a%20b", true)]
    [InlineData("Query(`q`, `a`)", "q=a;b", false)]
    [InlineData("Query(`q`, `a`)", "q=a%zz&q=%61", true)]
    [InlineData("Query(`q`, `a=b`)", "q=a=b", true)]
    [InlineData("Query(`mobile`)", "mobile", true)]
    [InlineData("Query(`mobile`)", "mobile=", true)]
    [InlineData("Query(`mobile`)", "a&&mobile&", true)]
    [InlineData("Query(`mobile`)", "mobile=true", false)]
    [InlineData("Query(`mobile`)", "", false)]
    [InlineData("QueryRegexp(`q`, `^(traefik|nginx)$`)", "q=x&q=nginx", true)]
    [InlineData("QueryRegexp(`q`, `^(traefik|nginx)$`)", "q=NGINX", false)]
    [InlineData("QueryRegexp(`q`, `^a b$`)", "q=a+b", true)]
    [InlineData("QueryRegexp(`q`, `.*`)", "q=%zz", false)]
    [InlineData("QueryRegexp(`q`, `^.*$`)", "p=1", false)]
    [InlineData("QueryRegexp(`mobile`)", "mobile", true)]
    public void Query_ComparesDecodedPairs(string rule, string query, bool expected) =>
        Assert.Equal(expected, RequestHeads.Matches(rule, RequestHeads.Get("h/?" + query)));

    [Theory]
    [InlineData("Header(`X-Kind`, `b`)", true)]
    [InlineData("Header(`x-kind`, `b`)", true)]
    [InlineData("Header(`X-Kind`, `a`)", true)]
    [InlineData("Header(`X-Kind`, `B`)", false)]
    [InlineData("Header(`X-Kind`, `a, b`)", false)]
    [InlineData("Header(`X-Kin`, `a`)", false)]
    [InlineData("HeaderRegexp(`X-KIND`, `^[bc]$`)", true)]
    [InlineData("HeaderRegexp(`X-Kind`, `^$`)", false)]
    [InlineData("HeaderRegexp(`X-Other`, `.*`)", false)]
    [InlineData("Header(`User-Agent`, `raw`)", true)]
    public void Header_ComparesEachLine(string rule, bool expected) =>
        Assert.Equal(expected, RequestHeads.Matches(rule, RequestHeads.Get("h/", "X-Kind: a", "user-agent: raw", "x-kind:   b  ")));

    [Theory]
    [InlineData("GET", "GET", true)]
    [InlineData("get", "GET", true)]
    [InlineData("GET", "get", false)]
    [InlineData("PURGE", "PURGE", true)]
    [InlineData("GET", "POST", false)]
    public void Method_IsComparedInUpperCase(string rule, string method, bool expected) =>
        Assert.Equal(expected, RequestHeads.Matches($"Method(`{rule}`)", RequestHeads.Of(method, "h/")));

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("192.168.1.77/24", "192.168.1.100", true)]
    [InlineData("192.168.1.0/24", "192.168.2.1", false)]
    [InlineData("192.168.1.0/24", "::ffff:192.168.1.9", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.9.9.9", true)]
    [InlineData("0.0.0.0/0", "8.8.8.8", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("::1", "::1", true)]
    [InlineData("127.0.0.1", null, false)]
    public void ClientIP_ComparesThePeer(string rule, string? client, bool expected) =>
        Assert.Equal(expected, RequestHeads.Matches($"ClientIP(`{rule}`)", RequestHeads.Get("h/", "X-Forwarded-For: 127.0.0.1"), client));

    [Fact]
    public void Find_LongHostAndPath_AreMatchedToo()
    {
        var host = string.Join('.', Enumerable.Range(0, 60).Select(i => "label" + i.ToString("D4", CultureInfo.InvariantCulture)));
        var path = "/%61" + new string('b', 4000);

        Assert.True(RequestHeads.Matches($"Host(`{host}`) && PathRegexp(`^/ab+$`) && QueryRegexp(`q`, `^c+$`)", RequestHeads.Get(host + path + "?q=" + new string('c', 2000))));
    }
}
