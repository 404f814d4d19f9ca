using System.Text;
using BenchmarkDotNet.Attributes;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Http;
using PipeProxy.Microbench.Routing;

namespace PipeProxy.Microbench.Balancing;

/// <summary>From the Cookie lines of a request to a backend, and the cookie of an answer.</summary>
[MemoryDiagnoser]
public class AffinityLookup
{
    private readonly CookieAffinity _affinity = new(new StickyCookie { Name = "StickySessionCookie", HttpOnly = true });
    private readonly ResponseHead _response = new();
    private BackendSet _set = BackendSet.Empty;
    private RequestHead _sticky = null!;
    private RequestHead _foreign = null!;
    private RequestHead _none = null!;

    /// <summary>Backends in the set.</summary>
    [Params(3, 100)]
    public int Count { get; set; }

    /// <summary>Builds the set.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _set = Backends.Set(Count);
        var backend = _set.Entries[Count / 2].Backend;
        _sticky = Requests.Get("h", "/", $"theme=dark; lang=en; StickySessionCookie={Encoding.ASCII.GetString(backend.AffinityText.Span)}; last=1");
        _foreign = Requests.Get("h", "/", $"theme=dark; lang=en; StickySessionCookie={TraefikAffinity.Of(backend.Url)}; last=1");
        _none = Requests.Get("h", "/");
    }

    /// <summary>Our cookie.</summary>
    [Benchmark(Baseline = true)]
    public bool Own() => _affinity.TryRead(_sticky, _set, out _);

    /// <summary>Traefik's cookie.</summary>
    [Benchmark]
    public bool Foreign() => _affinity.TryRead(_foreign, _set, out _);

    /// <summary>Two other cookies.</summary>
    [Benchmark]
    public bool NoCookie() => _affinity.TryRead(_none, _set, out _);

    /// <summary>The Set-Cookie line, and the head's buffer with it.</summary>
    [Benchmark]
    public int Write()
    {
        _affinity.WriteSetCookie(_response, _set.Entries[0].Backend);
        var lines = _response.LineCount;
        _response.Reset();
        return lines;
    }
}
