using PipeProxy.Docker.Labels;
using static PipeProxy.Docker.Tests.Labels.LabelTestKit;

namespace PipeProxy.Docker.Tests.Labels;

public class UntrustedLabelsTests
{
    [Theory]
    [InlineData("traefik.http.routers.r.rule=Host(`a`)\r\nX: y")]
    [InlineData("traefik.http.routers.r\u0001.rule=x")]
    [InlineData("traefik.http.middlewares.m.headers.customresponseheaders.A=b\0")]
    public void Read_ControlCharacters_AreNeverTakenOver(string label)
    {
        var read = Read(Container("a", label));

        Assert.DoesNotContain(read.Routers, r => UntrustedText.HasControl(r.Rule + r.Name));
        Assert.Empty(read.Middlewares);
        var problem = Assert.Single(read.Problems);
        Assert.False(UntrustedText.HasControl(problem.Key + problem.Reason));
    }

    [Fact]
    public void Read_GiantKeyAndValue_AreLeftOutAndShownCut()
    {
        var read = Read(Container("a", "traefik.http.routers." + new string('x', 100_000) + ".rule=Host(`a`)", "traefik.http.routers.r.rule=" + new string('y', 1_000_000)));

        Assert.Equal(2, read.Problems.Length);
        Assert.All(read.Problems, p => Assert.True(p.Key.Length + p.Reason.Length < 500));
        Assert.Equal("a", Assert.Single(read.Routers).Name);
    }

    [Fact]
    public void Read_ThousandsOfLabels_AreBounded()
    {
        var labels = Enumerable.Range(0, 20_000).Select(i => $"traefik.http.routers.r{i}.rulez=x").ToArray();

        var read = Read(Container("a", labels));

        Assert.InRange(read.Problems.Length, 2, ProblemList.Limit + 1);
        Assert.Contains(read.Problems, p => p.Reason.Contains("more problems", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_NoisyNeighbour_CostsTheOthersNothing()
    {
        var noisy = Container("noisy", [.. Enumerable.Range(0, 5_000).Select(i => $"traefik.junk{i}=x")]);

        var read = Read(noisy, Container("quiet", "traefik.http.routers.q.rule=Host(`q`)"));

        Assert.Contains(read.Routers, r => r.Name == "q");
    }

    [Fact]
    public void Read_RandomLabels_NeverThrows()
    {
        var random = new Random(4711);
        string[] words = ["traefik", "pipeproxy", "http", "routers", "services", "middlewares", "loadbalancer", "server", "sticky", "cookie", "port", "url", "rule", "tls", "domains[0]", "[", "]", "", "headers",
            "customrequestheaders", "docker", "network", "enable", "x", "\u2028", "\ud800", "tcp", "forwardauth", "address", "redirectscheme", "addprefix", "weight", "*", "?"];
        string[] values = ["", "true", "-1", "65535", "http://1.2.3.4", "http://[", "`", "{{", "a,b,,", "\t", "99999999999999999999", "none", ";", "\u202e"];
        for (var round = 0; round < 2_000; round++)
        {
            var labels = Enumerable.Range(0, 8).Select(_ => string.Join('.', Enumerable.Range(0, random.Next(1, 8)).Select(_ => words[random.Next(words.Length)])) + "=" + values[random.Next(values.Length)])
                .DistinctBy(l => l.Split('=')[0]).ToArray();
            var read = Read(Container("a", labels));
            Assert.All(read.Problems, p => Assert.False(UntrustedText.HasControl(p.Key + p.Reason + p.Source), p.ToString()));
        }
    }

    [Fact]
    public void Show_BidirectionalAndLineMarks_AreEscaped() =>
        Assert.Equal("a\\u202eb\\u2028c\\u0007", UntrustedText.Show("a\u202eb\u2028c\u0007"));
}
