using System.Collections.Immutable;
using PipeProxy.Docker.Labels;
using static PipeProxy.Docker.Tests.Labels.LabelTestKit;

namespace PipeProxy.Docker.Tests.Labels;

public class DefinitionMergeTests
{
    private static readonly ImmutableDictionary<string, string> _nobody = ImmutableDictionary<string, string>.Empty;

    private static ContainerFacts Replica(string project, int index, string rule, int ageSeconds) =>
        Compose(project, "web", index, $"traefik.http.routers.r.rule={rule}", "traefik.http.services.s.loadbalancer.server.port=80") with { CreatedAt = Epoch.AddSeconds(-ageSeconds) };

    [Fact]
    public void Merge_SameProjectDisagrees_NewestThatHasBeenUpWinsAndAllServersStay()
    {
        var read = Read(Replica("p", 1, "Host(`old`)", 100), Replica("p", 2, "Host(`new`)", 10));

        Assert.Equal("Host(`new`)", Assert.Single(read.Routers).Rule);
        Assert.Equal(2, Assert.Single(read.Services).Servers.Length);
        var problem = Assert.Single(read.Problems);
        Assert.Equal(("p-web-1 (p-web-1fffff)", "r"), (problem.Source, problem.Key));
    }

    [Fact]
    public void Merge_NewestHasNotPassedItsHealthcheck_TheTriedOneWins()
    {
        var read = Read(Replica("p", 1, "Host(`old`)", 100), Replica("p", 2, "Host(`new`)", 10) with { Health = ContainerHealth.Starting });

        Assert.Equal("Host(`old`)", Assert.Single(read.Routers).Rule);
    }

    [Fact]
    public void Merge_NewestIsGone_TheLivingWinsWithoutAProblem()
    {
        var read = Read(Replica("p", 1, "Host(`old`)", 100), Replica("p", 2, "Host(`new`)", 10) with { Phase = ContainerPhase.Gone });

        Assert.Equal("Host(`old`)", Assert.Single(read.Routers).Rule);
        Assert.Empty(read.Problems);
    }

    [Fact]
    public void Merge_OtherProjectDefinesOtherwise_IsRefusedWithItsServers()
    {
        var thief = Compose("evil", "web", 3, "traefik.http.routers.r.rule=Host(`x`)", "traefik.http.services.s.loadbalancer.server.port=80", "traefik.http.services.s.loadbalancer.sticky.cookie=true") with { CreatedAt = Epoch };
        var read = Read(Replica("p", 1, "Host(`mine`)", 100), thief);

        Assert.Equal("Host(`mine`)", Assert.Single(read.Routers).Rule);
        Assert.Equal("http://172.18.0.3:80", Assert.Single(Assert.Single(read.Services).Servers).Url);
        Assert.Equal(["r", "s"], read.Problems.Select(p => p.Key).Order());
        Assert.All(read.Problems, p => Assert.Contains("evil-web-3", p.Source, StringComparison.Ordinal));
    }

    [Fact]
    public void Merge_OwnerIsGone_NothingIsPublishedAndTheNameStaysItsOwn()
    {
        var mine = Replica("p", 1, "Host(`mine`)", 100);
        var thief = Replica("q", 2, "Host(`theirs`)", 50);
        var first = LabelReader.Read([mine], Context(), _nobody);

        var gone = LabelReader.Read([mine with { Phase = ContainerPhase.Gone }, thief], Context(), first.Owners);

        Assert.Empty(gone.Configuration.Routers);
        Assert.Contains("project p", Assert.Single(gone.Configuration.Problems).Reason, StringComparison.Ordinal);
        Assert.Equal("http://172.18.0.4:80", Assert.Single(Assert.Single(gone.Configuration.Services).Servers).Url); // The service is defined alike.
    }

    [Fact]
    public void Merge_OtherProjectDefinesTheSame_IsOneService()
    {
        var read = Read(Replica("blue", 1, "Host(`x`)", 100), Replica("green", 2, "Host(`x`)", 10));

        Assert.Equal(2, Assert.Single(read.Services).Servers.Length);
        Assert.Empty(read.Problems);
    }

    [Fact]
    public void Merge_OwnerIsMadeAnew_KeepsTheNameByItsFormerReading()
    {
        var first = LabelReader.Read([Replica("p", 1, "Host(`mine`)", 100), Replica("q", 2, "Host(`theirs`)", 50)], Context(), _nobody);
        var second = LabelReader.Read([Replica("p", 3, "Host(`mine`)", 1), Replica("q", 2, "Host(`theirs`)", 50)], Context(), first.Owners);
        var third = LabelReader.Read([Replica("q", 2, "Host(`theirs`)", 50)], Context(), second.Owners);

        Assert.Equal("Host(`mine`)", Assert.Single(second.Configuration.Routers).Rule);
        Assert.Equal("Host(`theirs`)", Assert.Single(third.Configuration.Routers).Rule);
        Assert.Empty(third.Configuration.Problems);
    }

    [Fact]
    public void Merge_ContainersWithoutCompose_EachIsAParty()
    {
        var read = Read(Container("one", "traefik.http.routers.r.rule=Host(`1`)") with { CreatedAt = Epoch.AddSeconds(-5) }, Container("two", "traefik.http.routers.r.rule=Host(`2`)"));

        Assert.Equal("Host(`1`)", Assert.Single(read.Routers).Rule);
        Assert.Contains("container one", Assert.Single(read.Problems).Reason, StringComparison.Ordinal);
    }
}
