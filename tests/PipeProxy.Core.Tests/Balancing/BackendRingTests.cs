using System.Collections.Concurrent;
using PipeProxy.Core.Balancing;

namespace PipeProxy.Core.Tests.Balancing;

public class BackendRingTests
{
    [Fact]
    public void Next_ThreeEqual_TakesTurns()
    {
        var ring = TestBackends.Ring(1, 1, 1);
        var counter = new RingCounter();

        Assert.Equal(["b0", "b1", "b2", "b0", "b1", "b2"], Draw(ring, counter, 6));
    }

    [Fact]
    public void Next_TwoThreads_GivesEachExactlyItsShare()
    {
        var ring = TestBackends.Ring(1, 1, 1);
        var counter = new RingCounter();
        var drawn = new ConcurrentBag<string>();
        using var start = new Barrier(2);
        var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            start.SignalAndWait();
            for (var i = 0; i < 150_000; i++)
            {
                drawn.Add(ring.Next(counter)!.ToString());
            }
        })).ToArray();
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());

        Assert.All(drawn.CountBy(n => n), p => Assert.Equal(100_000, p.Value));
        Assert.Equal(3, drawn.Distinct().Count());
    }

    [Fact]
    public void Next_Weights5_1_1_IsSmooth() =>
        Assert.Equal(["b0", "b0", "b1", "b0", "b2", "b0", "b0"], Draw(TestBackends.Ring(5, 1, 1), new RingCounter(), 7));

    [Fact]
    public void Create_RandomWeights_GivesEachExactlyItsWeightACycle()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var weights = Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(0, 20) * (round % 3 == 0 ? 10 : 1)).ToArray();
            if (weights.All(w => w == 0))
            {
                continue;
            }

            var ring = TestBackends.Ring(weights);
            var counts = Draw(ring, new RingCounter(), ring.Length).CountBy(n => n).ToDictionary();
            Assert.Equal(weights.Count(w => w > 0), ring.Count);
            Assert.Equal(ring.Count, counts.Count);
            var factor = weights.Sum() / ring.Length;
            Assert.All(weights.Index().Where(w => w.Item > 0), w => Assert.Equal(w.Item, counts[$"b{w.Index}"] * factor));
        }
    }

    [Fact]
    public void Create_RandomWeights_NoStretchIsFarFromItsShare()
    {
        var ring = TestBackends.Ring(7, 3, 2, 1);
        var names = Draw(ring, new RingCounter(), ring.Length * 2).ToArray();
        for (var window = 1; window <= ring.Length; window++)
        {
            for (var start = 0; start < ring.Length; start++)
            {
                var heavy = names[start..(start + window)].Count(n => n == "b0");
                Assert.InRange(heavy, Math.Floor(window * 7 / 13.0) - 1, Math.Ceiling(window * 7 / 13.0) + 1);
            }
        }
    }

    [Fact]
    public void Create_HugeWeights_AreScaledIntoTheBound()
    {
        var ring = TestBackends.Ring(int.MaxValue, int.MaxValue - 1, 1);
        var counts = Draw(ring, new RingCounter(), ring.Length).CountBy(n => n).ToDictionary();

        Assert.InRange(ring.Length, 3, BackendRing.MaximumLength);
        Assert.InRange(counts["b0"] - counts["b1"], -1, 1);
        Assert.Equal(1, counts["b2"]);
    }

    [Fact]
    public void Create_MoreBackendsThanTheBound_HoldsThemAll()
    {
        var ring = TestBackends.Ring([.. Enumerable.Range(0, 5000).Select(i => 1 + (i % 7))]);

        Assert.Equal(5000, Draw(ring, new RingCounter(), ring.Length).Distinct().Count());
        Assert.InRange(ring.Length, 5000, 10_000);
    }

    [Fact]
    public void Next_NobodyOrNoWeight_IsNull()
    {
        Assert.Null(BackendRing.Empty.Next(new RingCounter()));
        Assert.Null(TestBackends.Ring(0, 0).Next(new RingCounter()));
        Assert.Null(BackendRing.Empty.NextExcept(new RingCounter(), []));
    }

    [Fact]
    public void NextExcept_TriedOnes_AreNeverDrawn()
    {
        var ring = TestBackends.Ring(3, 2, 1);
        var counter = new RingCounter();
        var all = Enumerable.Range(0, ring.Length).Select(_ => ring.Next(counter)!).Distinct().ToArray();

        for (var i = 0; i < 20; i++)
        {
            Assert.Same(all.Single(b => b.ToString() == "b2"), ring.NextExcept(counter, [.. all.Where(b => b.ToString() != "b2"), null]));
        }

        Assert.Null(ring.NextExcept(counter, all));
        Assert.NotNull(ring.NextExcept(counter, []));
    }

    [Fact]
    public void Next_AfterASwap_GoesOnWhereItWas()
    {
        var counter = new RingCounter();
        Assert.Equal(["b0", "b1", "b2", "b0"], Draw(TestBackends.Ring(1, 1, 1), counter, 4));

        Assert.Equal(["b1", "b2", "b0"], Draw(TestBackends.Ring(1, 1, 1), counter, 3));
    }

    [Fact]
    public void Next_SwapsUnderWay_CostAtMostOneEach()
    {
        var random = new Random(11);
        var counter = new RingCounter();
        var counts = new Dictionary<string, int>();
        const int Swaps = 40;
        for (var swap = 0; swap <= Swaps; swap++)
        {
            var ring = TestBackends.Ring([.. Enumerable.Repeat(1, random.Next(3, 9))]);
            foreach (var name in Draw(ring, counter, 50))
            {
                counts[name] = counts.GetValueOrDefault(name) + 1;
            }
        }

        var throughout = new[] { counts["b0"], counts["b1"], counts["b2"] };
        Assert.InRange(throughout.Max() - throughout.Min(), 0, Swaps + 1);
    }

    [Fact]
    public void Next_AllocatesNothing()
    {
        var ring = TestBackends.Ring(3, 2, 1);
        var counter = new RingCounter();
        Backend?[] tried = [ring.Next(counter)];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            ring.Next(counter);
            ring.NextExcept(counter, tried);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static IEnumerable<string> Draw(BackendRing ring, RingCounter counter, int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return ring.Next(counter)!.ToString();
        }
    }
}
