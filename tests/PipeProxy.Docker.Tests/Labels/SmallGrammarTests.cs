using System.Collections.Immutable;
using PipeProxy.Docker.Labels;
using static PipeProxy.Docker.Tests.Labels.LabelTestKit;

namespace PipeProxy.Docker.Tests.Labels;

public class SmallGrammarTests
{
    private static readonly ImmutableDictionary<string, string> _labels = ImmutableDictionary<string, string>.Empty.Add("a", "1").Add("b", "two").Add("f(x)", "y`z");

    [Theory]
    [InlineData("", true)]
    [InlineData("Label(`a`,`1`)", true)]
    [InlineData("Label(\"a\", \"1\") && Label(`b`, `three`)", false)]
    [InlineData("Label(`a`,`2`) || LabelRegex(`b`,`^t.o$`)", true)]
    [InlineData("!Label(`a`,`1`)", false)]
    [InlineData("!(Label(`a`,`1`) && Label(`b`,`x`))", true)]
    [InlineData("Label(`a`,`1`) || Label(`a`,`2`) && Label(`a`,`3`)", true)]
    [InlineData("LabelRegex(`b`,`w`)", true)]
    [InlineData("Label(`missing`,``)", true)]
    [InlineData("Label(`f(x)`,\"y`z\")", true)]
    public void Constraint_Matches(string expression, bool expected)
    {
        Assert.Null(ConstraintExpression.TryParse(expression, out var constraint));
        Assert.Equal(expected, constraint!.IsMetBy(_labels));
    }

    [Theory]
    [InlineData("Label(`a`)", "position 9")]
    [InlineData("Label(`a`,`1`", "expected )")]
    [InlineData("Label(a,`1`)", "string")]
    [InlineData("Label(`a`,`1)", "closing `")]
    [InlineData("Tag(`x`)", "position 0")]
    [InlineData("Label(`a`,`1`) Label(`b`,`2`)", "position 15")]
    [InlineData("LabelRegex(`a`,`(`)", "regular expression")]
    [InlineData("&&", "position 0")]
    public void Constraint_Malformed_IsToldWithPosition(string expression, string expected) =>
        Assert.Contains(expected, ConstraintExpression.TryParse(expression, out _), StringComparison.Ordinal);

    [Fact]
    public void Constraint_DeepNesting_IsRefused() =>
        Assert.Contains("64", ConstraintExpression.TryParse(new string('(', 100_000), out _), StringComparison.Ordinal);

    [Theory]
    [InlineData("Host(`{{ normalize .Name }}`)", "Host(`web-p`)")]
    [InlineData("Host(`{{.ContainerName}}.local`)", "Host(`p_web.1.local`)")]
    [InlineData("Host(`{{ normalize (index .Labels \"x.y\") }}.org`)", "Host(`a-b.org`)")]
    [InlineData("{{ index .Labels `missing` }}", "")]
    [InlineData("PathPrefix(`/`)", "PathPrefix(`/`)")]
    public void DefaultRule_Renders(string template, string expected)
    {
        var container = Compose("p", "web", 1, "x.y=a_b") with { Name = "p_web.1" };

        Assert.Null(DefaultRule.TryParse(template, out var rule));
        Assert.Equal(expected, rule!.Render(container));
    }

    [Theory]
    [InlineData("{{ .Name")]
    [InlineData("{{ trimSuffix .Name }}")]
    [InlineData("{{ .Name | upper }}")]
    [InlineData("{{ index .Labels }}")]
    [InlineData("{{ if .Name }}x{{ end }}")]
    [InlineData("{{ (.Name }}")]
    [InlineData("{{ }}")]
    public void DefaultRule_OtherTemplates_AreRefused(string template)
    {
        Assert.NotNull(DefaultRule.TryParse(template, out var rule));
        Assert.Null(rule);
    }

    [Theory]
    [InlineData("/foo_bar.baz-1", "foo-bar-baz-1")]
    [InlineData("__", "")]
    [InlineData("Äpfel 2", "Äpfel-2")]
    public void Normalize_AsTraefik(string name, string expected) => Assert.Equal(expected, TraefikNames.Normalize(name));

    // Values computed apart from this code: printf %s http://172.18.0.3:3000 | sha256sum, and FNV-1 of the published vectors.
    [Fact]
    public void AffinityOf_KnownUrl_TraefiksValues() =>
        Assert.Equal(SmallGrammarVectors.Affinity, TraefikNames.AffinityOf("http://172.18.0.3:3000"));

    [Fact]
    public void DefaultCookie_KnownService_TraefiksName() => Assert.Equal(SmallGrammarVectors.Cookie, TraefikNames.DefaultCookie("webapp"));

    [Fact]
    public void Validate_WrongOptions_NamesEachFlag()
    {
        var wrong = new DockerOptions { Endpoint = "ssh://host", Constraints = "x", DefaultRule = "{{", ForgetAfter = TimeSpan.FromSeconds(-1) }.Validate();

        Assert.Equal(["--providers.docker.endpoint", "--providers.docker.constraints", "--providers.docker.defaultrule", "--providers.docker.forgetafter"], wrong.Select(w => w.Flag));
        Assert.Empty(new DockerOptions { Endpoint = "tcp://proxy:2375" }.Validate());
    }
}
