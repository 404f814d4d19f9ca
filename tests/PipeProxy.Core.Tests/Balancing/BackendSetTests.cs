using PipeProxy.Core.Balancing;
using static PipeProxy.Core.Tests.Balancing.TestBackends;

namespace PipeProxy.Core.Tests.Balancing;

public class BackendSetTests
{
    public static TheoryData<BackendState[], int[]> Tiers => new()
    {
        { [BackendState.Up, BackendState.Up, BackendState.Ramping, BackendState.Ejected, BackendState.Draining], [0, 1] },
        { [BackendState.Ramping, BackendState.Ramping, BackendState.Probing, BackendState.Starting], [0, 1] },
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

    [Fact]
    public void Ring_NobodyUpOrRamping_IsTheLeastBadOnly()
    {
        BackendEntry[] all =
        [
            Entry("draining", BackendState.Draining),
            Entry("row", BackendState.Ejected) with { Badness = 1000 },
            Entry("b", BackendState.Unhealthy) with { Badness = 100, Since = DateTimeOffset.UnixEpoch.AddSeconds(9) },
            Entry("a", BackendState.Unhealthy) with { Badness = 100 },
            Entry("slow", BackendState.Ejected) with { Badness = 2.5 },
            Entry("slower", BackendState.Ejected) with { Badness = 2.6 },
            Entry("sticky", BackendState.Probing, weight: 0),
            Entry("starting", BackendState.Starting),
            Entry("paused", BackendState.Paused),
        ];

        Assert.Equal(["slow"], Drawn(BackendSet.Create([.. all])));
        Assert.Equal(["a", "b"], Drawn(BackendSet.Create([.. all.Where(e => e.Badness is 0 or >= 100)])).Order());
        Assert.Equal(["slow", "slower", "a", "b", "row", "draining"], BackendSet.Create([.. all]).LastResorts.Select(e => e.Backend.ToString()));
        Assert.Equal(["slow", "slower", "a", "b", "row", "draining"], BackendSet.Create([.. all, Entry("up")]).LastResorts.Select(e => e.Backend.ToString()));
    }

    [Fact]
    public void Ramping_SomebodyIsUp_StandBesideTheRingWithTheirFullShare()
    {
        var ramp = new BackendRamp(TimeProvider.System, TimeSpan.FromSeconds(10), isRecovery: false);
        var one = Entry("one", BackendState.Ramping, weight: 1) with { Ramp = ramp };
        var three = Entry("three", BackendState.Ramping, weight: 3, "alias") with { Ramp = ramp };
        var sticky = Entry("sticky", BackendState.Ramping, weight: 0) with { Ramp = ramp };
        var set = BackendSet.Create([one, three, sticky, Entry("up", weight: 4), Entry("out", BackendState.Ejected, weight: 9)]);

        Assert.Equal(["up"], Drawn(set));
        Assert.Equal([new RampingBackend(one.Backend, ramp, 0.125), new RampingBackend(three.Backend, ramp, 0.375)], set.Ramping.AsEnumerable());
        Assert.True(set.TryFindByAffinity(three.Backend.AffinityHash, out _, out var asked));
        Assert.Same(ramp, asked);
        Assert.True(set.TryFindAlias("alias"u8, out _, out asked));
        Assert.Same(ramp, asked);
        Assert.True(set.TryFindByAffinity(set.Entries[3].Backend.AffinityHash, out _, out asked));
        Assert.Null(asked);
    }

    [Fact]
    public void Ramping_NobodyIsUp_AreTheRingAndNeedNoCredit()
    {
        var ramping = Entry("a", BackendState.Ramping) with { Ramp = new BackendRamp(TimeProvider.System, TimeSpan.FromSeconds(10), isRecovery: false) };
        var set = BackendSet.Create([ramping, Entry("b", BackendState.Ejected)]);

        Assert.Equal(["a"], Drawn(set));
        Assert.Empty(set.Ramping);
        Assert.True(set.TryFindByAffinity(ramping.Backend.AffinityHash, out _, out var asked));
        Assert.Null(asked);
    }

    [Fact]
    public void Probing_OnlyThoseThatLiveRequestsTry()
    {
        var probed = Entry("a", BackendState.Probing) with { Probe = new BackendProbe(1_000) };
        var set = BackendSet.Create([Entry("up"), probed, Entry("checked", BackendState.Probing)]);

        Assert.Equal([probed], set.Probing.AsEnumerable());
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

        Assert.Equal(expected, set.TryFindByAffinity(entry.Backend.AffinityHash, out var found, out _));
        Assert.Equal(expected, set.TryFindAlias("alias"u8, out var byAlias, out _));
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

        Assert.True(BackendSet.Create([old, current]).TryFindByAffinity(old.Backend.AffinityHash, out var found, out _));
        Assert.Same(current.Backend, found);
        Assert.True(BackendSet.Create([current, old]).TryFindByAffinity(old.Backend.AffinityHash, out found, out _));
        Assert.Same(current.Backend, found);
    }

    [Fact]
    public void TryFind_ManyBackends_FindsEach()
    {
        var entries = Enumerable.Range(0, 300).Select(i => Entry($"b{i}", i % 2 == 0 ? BackendState.Up : BackendState.Draining, 1, $"alias{i}", $"other{i}")).ToArray();
        var set = BackendSet.Create([.. entries]);

        foreach (var (index, entry) in entries.Index())
        {
            Assert.Equal(index % 2 == 0, set.TryFindByAffinity(entry.Backend.AffinityHash, out _, out _));
            Assert.Equal(index % 2 == 0, set.TryFindAlias(System.Text.Encoding.ASCII.GetBytes($"other{index}"), out _, out _));
            Assert.True(set.TryGetState(entry.Backend, out var state));
            Assert.Equal(entry.State, state);
        }

        Assert.False(set.TryFindByAffinity(0, out _, out _));
        Assert.False(set.TryFindByAffinity(ulong.MaxValue, out _, out _));
        Assert.False(set.TryFindAlias("alias"u8, out _, out _));
        Assert.False(set.TryGetState(Entry("b0").Backend, out _)); // same identity, another instance
        Assert.False(BackendSet.Empty.TryFindByAffinity(1, out _, out _));
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

    private static IEnumerable<string> Drawn(BackendSet set)
    {
        var counter = new RingCounter();
        return Enumerable.Range(0, 12).Select(_ => set.Ring.Next(counter)?.ToString()).OfType<string>().Distinct();
    }
}
