using PipeProxy.Core.Balancing;
using static PipeProxy.Core.Tests.Balancing.TestBackends;

namespace PipeProxy.Core.Tests.Balancing;

public class BackendSetTests
{
    public static TheoryData<BackendState[], int[]> Tiers => new()
    {
        { [BackendState.Up, BackendState.Ramping, BackendState.Ejected, BackendState.Draining], [0, 1] },
        { [BackendState.Starting, BackendState.Paused], [] },
        { [BackendState.Ejected, BackendState.Unhealthy, BackendState.Probing, BackendState.Draining, BackendState.Starting], [0, 1, 2] },
        { [BackendState.Draining, BackendState.Starting, BackendState.Paused], [0] },
        { [BackendState.Starting, BackendState.Up], [1] },
    };

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Ring_States_IsTheBestTierThatIsThere(BackendState[] states, int[] chosen)
    {
        var set = BackendSet.Create([.. states.Select((s, i) => Entry($"b{i}", s))]);
        var counter = new RingCounter();
        var drawn = Enumerable.Range(0, 12).Select(_ => set.Ring.Next(counter)?.ToString()).OfType<string>().Distinct().Order();

        Assert.Equal(chosen.Select(i => $"b{i}"), drawn);
    }

    [Fact]
    public void Ring_BestTierHasNoWeight_IsTheNext()
    {
        var set = BackendSet.Create([Entry("a", weight: 0), Entry("b", BackendState.Draining)]);

        Assert.Equal("b", set.Ring.Next(new RingCounter())!.ToString());
    }

    [Theory]
    [InlineData(BackendState.Up, true)]
    [InlineData(BackendState.Ramping, true)]
    [InlineData(BackendState.Starting, false)]
    [InlineData(BackendState.Ejected, false)]
    [InlineData(BackendState.Probing, false)]
    [InlineData(BackendState.Unhealthy, false)]
    [InlineData(BackendState.Draining, false)]
    [InlineData(BackendState.Paused, false)]
    public void TryFindByAffinity_State_DecidesWhetherItIsUsable(BackendState state, bool expected)
    {
        var entry = Entry("a", state, weight: 0, "alias");
        var set = BackendSet.Create([Entry("b"), entry, Entry("c")]);

        Assert.Equal(expected, set.TryFindByAffinity(entry.Backend.AffinityHash, out var found));
        Assert.Equal(expected, set.TryFindAlias("alias"u8, out var byAlias));
        if (expected)
        {
            Assert.Same(entry.Backend, found);
            Assert.Same(entry.Backend, byAlias);
        }
    }

    [Fact]
    public void TryFindByAffinity_OldAndNewInstanceOfOneIdentity_FindsTheUsableOne()
    {
        var old = Entry("a", BackendState.Draining);
        var current = Entry("a");

        Assert.True(BackendSet.Create([old, current]).TryFindByAffinity(old.Backend.AffinityHash, out var found));
        Assert.Same(current.Backend, found);
        Assert.True(BackendSet.Create([current, old]).TryFindByAffinity(old.Backend.AffinityHash, out found));
        Assert.Same(current.Backend, found);
    }

    [Fact]
    public void TryFind_ManyBackends_FindsEach()
    {
        var entries = Enumerable.Range(0, 300).Select(i => Entry($"b{i}", i % 2 == 0 ? BackendState.Up : BackendState.Draining, 1, $"alias{i}", $"other{i}")).ToArray();
        var set = BackendSet.Create([.. entries]);

        foreach (var (index, entry) in entries.Index())
        {
            Assert.Equal(index % 2 == 0, set.TryFindByAffinity(entry.Backend.AffinityHash, out _));
            Assert.Equal(index % 2 == 0, set.TryFindAlias(System.Text.Encoding.ASCII.GetBytes($"other{index}"), out _));
            Assert.True(set.TryGetState(entry.Backend, out var state));
            Assert.Equal(entry.State, state);
        }

        Assert.False(set.TryFindByAffinity(0, out _));
        Assert.False(set.TryFindByAffinity(ulong.MaxValue, out _));
        Assert.False(set.TryFindAlias("alias"u8, out _));
        Assert.False(set.TryGetState(Entry("b0").Backend, out _)); // same identity, another instance
        Assert.False(BackendSet.Empty.TryFindByAffinity(1, out _));
    }

    [Fact]
    public void Backend_Texts_AreThoseOfIdentityAndAddress()
    {
        var backend = new Backend(Server("x") with { Identity = "webapp|c1|3000|http", Address = System.Net.IPEndPoint.Parse("[fd00::3]:3000") });
        var digest = System.Security.Cryptography.SHA256.HashData("webapp|c1|3000|http"u8);

        Assert.Equal(Convert.ToHexStringLower(digest)[..16], System.Text.Encoding.ASCII.GetString(backend.AffinityText.Span));
        Assert.Equal("[fd00::3]:3000", System.Text.Encoding.ASCII.GetString(backend.Authority.Span));
        Assert.Equal("10.0.0.1:80", System.Text.Encoding.ASCII.GetString(new Backend(Server("x")).Authority.Span));
    }
}
