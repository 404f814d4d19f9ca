using System.Text;
using PipeProxy.Core.Routing;

namespace PipeProxy.Core.Tests.Routing;

/// <summary>Expected values are Go's.</summary>
public class GoRegexpTests
{
    [Theory]
    [InlineData(@"^a$", "a", true)]
    [InlineData(@"^a$", "a\n", false)]
    [InlineData(@"(?m)^a$", "b\na\nc", true)]
    [InlineData(@"(?m:^a$)b?", "b\na", true)]
    [InlineData(@"a.b", "a\nb", false)]
    [InlineData(@"(?s)a.b", "a\nb", true)]
    [InlineData(@"(?s-i:a.b)", "a\nb", true)]
    [InlineData(@"(?i)straße", "STRAßE", true)]
    [InlineData(@"^(?:(?i)a)b$", "AB", false)]
    [InlineData(@"^(?i:a)b$", "Ab", true)]
    [InlineData(@"^(?i)a(?-i)b$", "Ab", true)]
    [InlineData(@"^(?i)a(?-i)b$", "AB", false)]
    [InlineData(@"(?U)^a+$", "aaa", true)]
    [InlineData(@"(?i)x|y", "Y", true)]
    [InlineData(@"^\d+$", "12", true)]
    [InlineData(@"^\d+$", "١٢", false)]
    [InlineData(@"^\w+$", "aé", false)]
    [InlineData(@"^\W$", "é", true)]
    [InlineData(@"^\s$", "\v", false)]
    [InlineData(@"^\s$", "\t", true)]
    [InlineData(@"^[\d\s]+$", "1 2", true)]
    [InlineData(@"^[^\d]$", "1", false)]
    [InlineData(@"^[\D]$", "x", true)]
    [InlineData(@"^[\W_]+$", "_-é", true)]
    [InlineData(@"^[\W_]+$", "a", false)]
    [InlineData(@"^[[:alpha:]_]+$", "ab_", true)]
    [InlineData(@"^[[:^alpha:]]+$", "1é", true)]
    [InlineData(@"^[[:^alpha:]]+$", "a", false)]
    [InlineData(@"^[[:xdigit:]]+$", "0aF", true)]
    [InlineData(@"^[]a]+$", "]a", true)]
    [InlineData(@"^[^]a]$", "]", false)]
    [InlineData(@"^[a\-z]+$", "a-z", true)]
    [InlineData(@"^[a\-z]+$", "b", false)]
    [InlineData(@"^[a-]+$", "a-", true)]
    [InlineData(@"^[-a]+$", "a-", true)]
    [InlineData(@"^[a-c&&[b]]$", "b", false)] // no set operations: a class, then a bracket
    [InlineData(@"^[a[b]$", "[", true)]
    [InlineData(@"^\pL\p{Lu}\P{L}\p{^L}$", "aB12", true)]
    [InlineData(@"^[\pL]+$", "aé", true)]
    [InlineData(@"^\x41\x{42}\103\n$", "ABC\n", true)]
    [InlineData(@"^\Qa.b*\E+$", "a.b***", true)]
    [InlineData(@"^\Qa.b\E$", "axb", false)]
    [InlineData(@"^\Q(", "(", true)]
    [InlineData(@"^a{2,3}$", "aaaa", false)]
    [InlineData(@"^a{2}$", "aa", true)]
    [InlineData(@"^a{2,}$", "aaaa", true)]
    [InlineData(@"^a{,2}$", "a{,2}", true)]
    [InlineData(@"^a{x}$", "a{x}", true)]
    [InlineData(@"^{a}$", "{a}", true)]
    [InlineData(@"^a+?b??$", "aab", true)]
    [InlineData(@"^(?P<x>a)(?<y>b)$", "ab", true)]
    [InlineData(@"^(a|b|)$", "", true)]
    [InlineData(@"\bfoo\b", "a foo b", true)]
    [InlineData(@"\Bfoo", "xfoo", true)]
    [InlineData(@"\Afoo\z", "foo", true)]
    [InlineData(@"^\.\_\-\/\@\#$", "._-/@#", true)]
    [InlineData("^a b#c$", "a b#c", true)]
    [InlineData(@"😀", "x😀y", true)]
    [InlineData(@"^😀+$", "😀😀", true)]
    [InlineData(@"^.$", "é", true)]
    [InlineData(@"()", "", true)]
    [InlineData(@"(a*)*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false)]
    public void IsMatch_SaysWhatGoSays(string expression, string text, bool expected) =>
        Assert.Equal(expected, new RuleRegex(expression).IsMatch(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(@"\C")]
    [InlineData(@"\Z")]
    [InlineData(@"\G")]
    [InlineData(@"\k<a>")]
    [InlineData(@"(?x)a")]
    [InlineData(@"(?#c)")]
    [InlineData(@"(?>a)")]
    [InlineData(@"(?<a-b>c)")]
    [InlineData(@"(?P=a)")]
    [InlineData(@"[[:foo:]]")]
    [InlineData(@"[😀]")]
    [InlineData(@"\x{110000}")]
    [InlineData(@"\xg1")]
    [InlineData(@"\p")]
    [InlineData(@"\p{")]
    [InlineData(@"a{2,1}")]
    [InlineData(@"a++")]
    [InlineData(@"a|*")]
    [InlineData(@"(?i")]
    [InlineData(@"(?i)*")]
    [InlineData(@"[a-\d]")]
    [InlineData(@"((a{500}){500}){500}")]
    public void Create_WhatGoOrWeHaveNot_IsRefused(string expression) => Assert.Throws<RuleException>(() => new RuleRegex(expression));

    [Fact]
    public void Create_AnyText_GivesAnExpressionOrARuleException()
    {
        var random = new Random(7);
        const string Alphabet = @"ab()[]{}|*+?^$.\-,:<>PiImsUdDwWpLxQE10";
        for (var i = 0; i < 3_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            try
            {
                new RuleRegex(text).IsMatch("aab(1}"u8);
            }
            catch (RuleException e)
            {
                Assert.InRange(e.Position, 0, text.Length);
            }
        }
    }

    [Fact]
    public void IsMatch_BrokenUtf8_IsTheReplacementCharacter()
    {
        Assert.True(new RuleRegex("^a\uFFFDb$").IsMatch([(byte)'a', 0xFF, (byte)'b']));
        Assert.False(new RuleRegex("^ab$").IsMatch([(byte)'a', 0xFF, (byte)'b']));
    }
}
