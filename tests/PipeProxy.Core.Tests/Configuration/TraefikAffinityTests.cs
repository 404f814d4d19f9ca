using PipeProxy.Core.Configuration;

namespace PipeProxy.Core.Tests.Configuration;

public class TraefikAffinityTests
{
    [Theory]
    [InlineData("backend", "_76eb3")]
    [InlineData("/my/BACKEND-v1.0~rc1", "_5f7bc")]
    public void CookieNameOf_Service_IsTraefiks(string service, string expected) => Assert.Equal(expected, TraefikAffinity.CookieNameOf(service));

    [Theory]
    [InlineData("/my/BACKEND-v1.0~rc1", "_my_BACKEND-v1.0~rc1")]
    [InlineData("!#$%&'()*+-./:<=>?@[]^_`{|}~", "!#$%&'__*+-._________^_`_|_~")]
    public void SanitizeCookieName_Name_IsTraefiks(string name, string expected) => Assert.Equal(expected, TraefikAffinity.SanitizeCookieName(name));

    [Fact]
    public void Of_Url_IsTheBeginningOfItsSha256()
    {
        // printf %s http://172.18.0.3:3000 | sha256sum
        Assert.Equal("fdbaf67947d2dc83", TraefikAffinity.Of("http://172.18.0.3:3000"));
    }

    [Fact]
    public void AliasesOf_Url_AreTheValuesOfAllVersions()
    {
        var aliases = TraefikAffinity.AliasesOf("a");

        // FNV-1 of "a" in 64 bits is af63bd4c8601b7be (the function's published test vectors).
        Assert.Equal(TraefikAffinity.Of("a"), aliases[0]);
        Assert.Equal(TraefikAffinity.Of("af63bd4c8601b7be"), aliases[1]);
        Assert.Equal("af63bd4c8601b7be", aliases[2]);
        Assert.Equal("a", aliases[4]);
        Assert.Equal(5, aliases.Distinct().Count());
    }
}
