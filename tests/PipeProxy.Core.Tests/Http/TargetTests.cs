using PipeProxy.Core.Http;

namespace PipeProxy.Core.Tests.Http;

/// <summary>Rules 8 to 11: Host, the forms of the target, and the path.</summary>
public sealed class TargetTests
{
    private static int HostRefusal(string host) => Wire.Refusal($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");

    private static int TargetRefusal(string target, string method = "GET") => Wire.Refusal($"{method} {target} HTTP/1.1\r\nHost: h\r\n\r\n");

    private static RequestHead Target(string target, string method = "GET") => Wire.Request($"{method} {target} HTTP/1.1\r\nHost: h:1\r\n\r\n");

    [Fact]
    public void Rule08_Http11WithoutHost_400() => Assert.Equal(400, Wire.Refusal("GET / HTTP/1.1\r\nX: 1\r\n\r\n"));

    [Fact]
    public void Rule08_AbsoluteFormWithoutHost_400() => Assert.Equal(400, Wire.Refusal("GET http://a/ HTTP/1.1\r\n\r\n"));

    [Fact]
    public void Rule08_Http10WithoutHost_Accepted()
    {
        RequestHead head = Wire.Request("GET / HTTP/1.0\r\n\r\n");
        Assert.True(head.Host.IsEmpty);
        Assert.True(head.HostName.IsEmpty);
    }

    [Theory]
    [InlineData("Host: a\r\nHost: a")]
    [InlineData("Host: a\r\nHost: b")]
    [InlineData("Host: a\r\nX: 1\r\nhOST: a")]
    [InlineData("Host: a\r\nHost:")]
    public void Rule08_MoreThanOneHost_400(string fields)
    {
        Assert.Equal(400, Wire.Refusal($"GET / HTTP/1.1\r\n{fields}\r\n\r\n"));
        Assert.Equal(400, Wire.Refusal($"GET / HTTP/1.0\r\n{fields}\r\n\r\n"));
    }

    [Theory]
    [InlineData("user@a")]
    [InlineData("user:pass@a")]
    [InlineData("a/")]
    [InlineData("a/path")]
    [InlineData("http://a")]
    [InlineData("a?q")]
    [InlineData("a#f")]
    [InlineData("a\\b")]
    [InlineData("a,b")]
    [InlineData("a, b")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("a\0")]
    [InlineData("\u00e9")]
    [InlineData("a%2fb")]
    [InlineData("a;b")]
    [InlineData("a\"b")]
    [InlineData("a<b")]
    [InlineData(":80")]
    [InlineData("a:")]
    [InlineData("a:b")]
    [InlineData("a:80b")]
    [InlineData("a:-1")]
    [InlineData("a:+1")]
    [InlineData("a: 80")]
    [InlineData("a :80")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData("a:000080")]
    [InlineData("a:80:80")]
    [InlineData("[")]
    [InlineData("[]")]
    [InlineData("[::1")]
    [InlineData("::1")]
    [InlineData("[::1]80")]
    [InlineData("[::1]:")]
    [InlineData("[::1]:x")]
    [InlineData("[::1%25eth0]")]
    [InlineData("[::1%eth0]")]
    [InlineData("[1.2.3.4]")]
    [InlineData("[:::]")]
    [InlineData("[g::1]")]
    [InlineData("[::1]]")]
    [InlineData("a[::1]")]
    public void Rule08_MalformedHost_400(string host) => Assert.Equal(400, HostRefusal(host));

    [Theory]
    [InlineData("a", "a", "")]
    [InlineData("EXAMPLE.com", "EXAMPLE.com", "")]
    [InlineData("my_app.local:8080", "my_app.local", "8080")]
    [InlineData("a:1", "a", "1")]
    [InlineData("a:65535", "a", "65535")]
    [InlineData("a:00080", "a", "00080")]
    [InlineData("127.0.0.1:80", "127.0.0.1", "80")]
    [InlineData("[::1]", "[::1]", "")]
    [InlineData("[2001:DB8::1]:8080", "[2001:DB8::1]", "8080")]
    [InlineData("[::ffff:1.2.3.4]:1", "[::ffff:1.2.3.4]", "1")]
    public void Rule08_ValidHost_Accepted(string host, string name, string port)
    {
        RequestHead head = Wire.Request($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        Assert.Equal(host, Bytes.Text(head.Host));
        Assert.Equal(name, Bytes.Text(head.HostName));
        Assert.Equal(port, Bytes.Text(head.HostPort));
    }

    [Fact]
    public void Rule08_EmptyHost_OnlyOfHttp10AndWithoutAuthorityInTarget()
    {
        Assert.True(Wire.Request("GET / HTTP/1.0\r\nHost:\r\n\r\n").Host.IsEmpty);
        Assert.Equal(400, Wire.Refusal("GET / HTTP/1.1\r\nHost:\r\n\r\n"));
        Assert.Equal(400, Wire.Refusal("GET http://a/ HTTP/1.0\r\nHost:\r\n\r\n"));
        Assert.Equal(400, Wire.Refusal("GET http://a/ HTTP/1.1\r\nHost:\r\n\r\n"));
    }

    [Theory]
    [InlineData("http://b.example/x?y=1", "b.example", "/x?y=1")]
    [InlineData("HTTP://b:81/x", "b:81", "/x")]
    [InlineData("hTTpS://[::1]:443/", "[::1]:443", "/")]
    [InlineData("http://b", "b", "/")]
    [InlineData("http://b?q=/1", "b", "/?q=/1")]
    [InlineData("http://b?", "b", "/?")]
    public void Rule09_AbsoluteForm_AuthorityReplacesHost(string target, string host, string forwarded)
    {
        RequestHead head = Target(target);
        Assert.Equal(host, Bytes.Text(head.Host));
        Assert.Equal(forwarded, Bytes.Text(head.Target));
        Assert.Equal(forwarded.Split('?')[0], Bytes.Text(head.Path));
        Assert.Equal(forwarded.Contains('?') ? forwarded[(forwarded.IndexOf('?') + 1)..] : "", Bytes.Text(head.Query));
    }

    [Theory]
    [InlineData("http://user@b/")]
    [InlineData("http://user:p@b/")]
    [InlineData("http:///x")]
    [InlineData("http://")]
    [InlineData("https://?q")]
    [InlineData("http://:80/")]
    [InlineData("http://b:x/")]
    [InlineData("http://b,c/")]
    [InlineData("http://b\\c/")]
    [InlineData("http:/b/")]
    [InlineData("http:b")]
    [InlineData("ftp://b/")]
    [InlineData("ws://b/")]
    [InlineData("http://b/a/../c")]
    [InlineData("http://b#f")]
    public void Rule09_BadAbsoluteForm_400(string target) => Assert.Equal(400, TargetRefusal(target));

    [Fact]
    public void Rule09_OptionsOfAbsoluteFormWithoutPath_BecomesAsterisk() => Assert.Equal("*", Bytes.Text(Target("http://b", "OPTIONS").Target));

    [Theory]
    [InlineData("a:80", "GET")]
    [InlineData("a", "GET")]
    [InlineData("*", "GET")]
    [InlineData("*x", "OPTIONS")]
    [InlineData("x/y", "GET")]
    [InlineData("?q", "GET")]
    public void Rule10_AuthorityFormOrAsteriskElsewhere_400(string target, string method) => Assert.Equal(400, TargetRefusal(target, method));

    [Fact]
    public void Rule10_AsteriskWithOptions_Accepted()
    {
        RequestHead head = Target("*", "OPTIONS");
        Assert.Equal("*", Bytes.Text(head.Target));
        Assert.Equal("*", Bytes.Text(head.Path));
    }

    [Theory]
    [InlineData("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n")]
    [InlineData("CONNECT a:443 HTTP/1.0\r\n\r\n")]
    public void Rule10_Connect_501(string raw) => Assert.Equal(501, Wire.Refusal(raw));

    [Theory]
    [InlineData("/.")]
    [InlineData("/..")]
    [InlineData("/./a")]
    [InlineData("/a/.")]
    [InlineData("/a/../b")]
    [InlineData("/a/..?q")]
    [InlineData("/%2e")]
    [InlineData("/%2E%2e/b")]
    [InlineData("/a/.%2e/b")]
    [InlineData("/a/%2E./b")]
    [InlineData("/a%2f..%2fb")]
    [InlineData("/a/..%2Fb")]
    [InlineData("/a%2f%2e%2e")]
    [InlineData("/a%5cb")]
    [InlineData("/a%5Cb")]
    [InlineData("/a\\b")]
    [InlineData("/a\\..\\b")]
    [InlineData("/a%00")]
    [InlineData("/%")]
    [InlineData("/%2")]
    [InlineData("/%2?")]
    [InlineData("/%zz")]
    [InlineData("/%2g")]
    [InlineData("/%%2e")]
    public void Rule11_PathThatMayBeReadAsAnother_400(string target) => Assert.Equal(400, TargetRefusal(target));

    [Theory]
    [InlineData("/a#b")]
    [InlineData("/#")]
    [InlineData("/?q#f")]
    [InlineData("#")]
    public void Rule11_RawFragmentAnywhere_400(string target) => Assert.Equal(400, TargetRefusal(target));

    [Fact]
    public void Rule11_EachControlAndHighByteInTarget_400()
    {
        foreach (int octet in Enumerable.Range(0, 33).Concat(Enumerable.Range(127, 129)))
        {
            Assert.Equal(400, TargetRefusal($"/a{(char)octet}b"));
            Assert.Equal(400, TargetRefusal($"/a?{(char)octet}"));
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("//a//b/")]
    [InlineData("/a%2fb")]
    [InlineData("/a%2Fb%20c")]
    [InlineData("/...")]
    [InlineData("/.well-known/x")]
    [InlineData("/a..b/..c/d..")]
    [InlineData("/a%2e%2eb")]
    [InlineData("/%252e%252e/")]
    [InlineData("/a;..;b")]
    [InlineData("/%c3%a9")]
    [InlineData("/{a}|b^[c]\"<>`")]
    [InlineData("/?a/../b&c=%zz\\%00%5c%")]
    [InlineData("/??")]
    public void Rule11_RestOfTargets_ForwardedByteForByte(string target)
    {
        RequestHead head = Target(target);
        Assert.Equal(target, Bytes.Text(head.Target));
        Assert.Equal("h:1", Bytes.Text(head.Host));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("/a b")]
    [InlineData("/a#b")]
    [InlineData("/a\r\nX: y")]
    [InlineData("/\u00e9")]
    [InlineData("**")]
    public void SetTarget_NoOriginForm_Throws(string target)
    {
        RequestHead head = Target("/before?q");
        Assert.Throws<ArgumentException>(() => head.SetTarget(Bytes.Of(target)));
        Assert.Equal("/before?q", Bytes.Text(head.Target));
    }

    [Fact]
    public void SetTarget_OfItsOwnBytes_ReplacesPathAndQuery()
    {
        RequestHead head = Target("/before/rest?q=1");
        head.SetTarget([.. "/new"u8, .. head.Target]);
        Assert.Equal("/new/before/rest", Bytes.Text(head.Path));
        Assert.Equal("q=1", Bytes.Text(head.Query));
        head.SetTarget(head.Path);
        Assert.Equal("/new/before/rest", Bytes.Text(head.Target));
        Assert.Equal("", Bytes.Text(head.Query));
    }
}
