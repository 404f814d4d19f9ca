using BenchmarkDotNet.Attributes;
using PipeProxy.Core.Balancing;

namespace PipeProxy.Microbench.Balancing;

/// <summary>One choice of a backend.</summary>
[MemoryDiagnoser]
public class RingPick
{
    private readonly RingCounter _counter = new();
    private BackendRing _ring = BackendRing.Empty;
    private Backend?[] _tried = [];

    /// <summary>Backends in the ring.</summary>
    [Params(3, 100)]
    public int Count { get; set; }

    /// <summary>Builds the ring.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var set = Backends.Set(Count);
        _ring = set.Ring;
        _tried = [set.Entries[0].Backend, null, null];
    }

    /// <summary>The next one.</summary>
    [Benchmark(Baseline = true)]
    public object? Next() => _ring.Next(_counter);

    /// <summary>The next one that was not tried.</summary>
    [Benchmark]
    public object? NextExcept() => _ring.NextExcept(_counter, _tried);
}
