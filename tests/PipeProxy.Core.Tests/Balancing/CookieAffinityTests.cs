using System.Text;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Http;
using PipeProxy.Core.Tests.Routing;
using static PipeProxy.Core.Tests.Balancing.TestBackends;

namespace PipeProxy.Core.Tests.Balancing;

public class CookieAffinityTests
{
    private const string Name = "StickySessionCookie";

    private readonly BackendEntry _a = Entry("a", BackendState.Up, 1, "aaaaaaaaaaaaaaaa", "http://10.0.0.1:80");
    private readonly BackendEntry _b = Entry("b");
    private readonly BackendEntry _gone = Entry("gone", BackendState.Draining);

    private BackendSet Set => BackendSet.Create([_a, _b, _gone]);

    private static CookieAffinity Affinity => new(new StickyCookie { Name = Name });

    [Theory]
    [InlineData("Cookie: {n}={a}")]
    [InlineData("Cookie: x=1; {n}={a}; y=2")]
    [InlineData("Cookie: x=1;{n}={a};y=2")]
    [InlineData("Cookie:  {n} = {a} ")]
    [InlineData("Cookie: {n}=\"{a}\"")]
    [InlineData("cookie: x{n}={b}; {n}={a}")]
    [InlineData("Cookie: {n}x={b}; {n}={a}")]
    [InlineData("Cookie: stickysessioncookie={b}; {n}={a}")]
    [InlineData("Cookie: {n}={gone}; {n}={a}")]
    [InlineData("Cookie: {n}=0123456789abcdef; {n}={a}; {n}={b}")]
    [InlineData("Cookie: {n}; {n}=; {n}={a}")]
    [InlineData("Cookie: x=1|Cookie: y={b}|Cookie: {n}={a}")]
    [InlineData("Cookie: {n}=junk|X: {n}={b}|Cookie: {n}={a}")]
    [InlineData("Cookie: ;;; {n}={a}")]
    [InlineData("Cookie: x=\"1; {n}={a}")]
    public void TryRead_CookieThatNamesA_FindsA(string lines)
    {
        Assert.True(Affinity.TryRead(Request(lines), Set, out var match));
        Assert.Same(_a.Backend, match.Backend);
        Assert.True(match.IsOwn);
    }

    [Theory]
    [InlineData("X: 1")]
    [InlineData("Cookie: x{n}={a}")]
    [InlineData("Cookie: {n}x={a}")]
    [InlineData("Cookie: {n}={gone}")]
    [InlineData("Cookie: {n}={A}")]
    [InlineData("Cookie: {n}={a}0")]
    [InlineData("Cookie: {n}=0{a}")]
    [InlineData("Cookie: {n}='{a}'")]
    [InlineData("Cookie: {n}=\"{a}")]
    [InlineData("Cookie: {n}")]
    [InlineData("Cookie: {n}=")]
    [InlineData("Cookie: =")]
    [InlineData("Cookie: {n}=\"")]
    [InlineData("Cookie: {n}=+123456789abcdef")]
    [InlineData("Set-Cookie: {n}={a}")]
    public void TryRead_NoUsableCookie_FindsNobody(string lines) => Assert.False(Affinity.TryRead(Request(lines), Set, out _));

    [Theory]
    [InlineData("aaaaaaaaaaaaaaaa")]
    [InlineData("http://10.0.0.1:80")]
    public void TryRead_ValueOfAnotherProxy_FindsItAsForeign(string value)
    {
        Assert.True(Affinity.TryRead(Request($"Cookie: {Name}={value}"), Set, out var match));
        Assert.Same(_a.Backend, match.Backend);
        Assert.False(match.IsOwn);
    }

    [Fact]
    public void TryRead_AndWrite_AllocateNothing()
    {
        var request = Request("Cookie: x=1; y=22222|Cookie: {n}={gone}; {n}={a}");
        var response = new ResponseHead();
        var (set, affinity) = (Set, Affinity);
        for (var i = 0; i < 3; i++)
        {
            affinity.TryRead(request, set, out _);
            affinity.WriteSetCookie(response, _a.Backend);
            response.RemoveAll(KnownField.SetCookie);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            affinity.TryRead(request, set, out _);
        }

        affinity.WriteSetCookie(response, _a.Backend);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        response.Reset();
    }

    public static TheoryData<StickyCookie, string> Cookies => new()
    {
        { new StickyCookie { Name = "c" }, "c=*; Path=/" },
        { new StickyCookie { Name = "c", HttpOnly = true }, "c=*; Path=/; HttpOnly" },
        { new StickyCookie { Name = "c", HttpOnly = true, Secure = true, SameSite = "none", MaxAge = 60, Path = "/app", Domain = ".example.com" }, "c=*; Path=/app; Domain=example.com; Max-Age=60; HttpOnly; Secure; SameSite=None" },
        { new StickyCookie { Name = "c", SameSite = "LAX", MaxAge = -1 }, "c=*; Path=/; Max-Age=0; SameSite=Lax" },
        { new StickyCookie { Name = "c", SameSite = "strict", Path = "" }, "c=*; SameSite=Strict" },
        { new StickyCookie { Name = "c d;e", Path = "/a\r\nX: 1", Domain = "a;b", SameSite = "sometimes" }, "c_d_e=*" },
    };

    [Theory]
    [MemberData(nameof(Cookies))]
    public void WriteSetCookie_Attributes_AreThoseOfTheLabels(StickyCookie cookie, string expected)
    {
        var response = new ResponseHead();
        new CookieAffinity(cookie).WriteSetCookie(response, _a.Backend);

        var value = Encoding.ASCII.GetString(response.ValueOf(response.Find(KnownField.SetCookie)));
        Assert.Equal(expected.Replace("*", Encoding.ASCII.GetString(_a.Backend.AffinityText.Span), StringComparison.Ordinal), value);
    }

    [Fact]
    public void WriteSetCookie_ThenTryRead_FindsTheSame()
    {
        var response = new ResponseHead();
        Affinity.WriteSetCookie(response, _b.Backend);
        var value = Encoding.ASCII.GetString(response.ValueOf(response.Find(KnownField.SetCookie)));

        Assert.True(Affinity.TryRead(Request("Cookie: " + value.Split(';')[0]), Set, out var match));
        Assert.Same(_b.Backend, match.Backend);
    }

    [Fact]
    public void ProblemOf_WhatCannotBeSent_IsNamed()
    {
        Assert.Null(CookieAffinity.ProblemOf(new StickyCookie { Name = Name, SameSite = "lax" }));
        Assert.Contains("token", CookieAffinity.ProblemOf(new StickyCookie { Name = "a b" }), StringComparison.Ordinal);
        Assert.Contains("sometimes", CookieAffinity.ProblemOf(new StickyCookie { Name = "a", SameSite = "sometimes" }), StringComparison.Ordinal);
        Assert.Contains("secure", CookieAffinity.ProblemOf(new StickyCookie { Name = "a", SameSite = "none" }), StringComparison.Ordinal);
        Assert.Contains("path", CookieAffinity.ProblemOf(new StickyCookie { Name = "a", Path = "/;" }), StringComparison.Ordinal);
    }

    private RequestHead Request(string lines) => RequestHeads.Get("h/", lines
        .Replace("{n}", Name, StringComparison.Ordinal)
        .Replace("{a}", Text(_a), StringComparison.Ordinal)
        .Replace("{A}", Text(_a).ToUpperInvariant(), StringComparison.Ordinal)
        .Replace("{b}", Text(_b), StringComparison.Ordinal)
        .Replace("{gone}", Text(_gone), StringComparison.Ordinal)
        .Split('|'));

    private static string Text(BackendEntry entry) => Encoding.ASCII.GetString(entry.Backend.AffinityText.Span);
}
