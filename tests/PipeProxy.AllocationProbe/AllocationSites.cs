using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace PipeProxy.AllocationProbe;

/// <summary>Samples what is allocated and where (one event for about 100 KiB), to find a site that should not be.</summary>
internal sealed class AllocationSites : EventListener
{
    private const EventKeywords GarbageCollection = (EventKeywords)0x1;
    private readonly ConcurrentDictionary<string, int> _sites = new();

    /// <summary>The sites, most frequent first, with a stack each.</summary>
    public override string ToString() =>
        string.Join("\n\n", _sites.OrderByDescending(s => s.Value).Take(20).Select(s => $"{s.Value} x {s.Key}"));

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
        {
            EnableEvents(eventSource, EventLevel.Verbose, GarbageCollection);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName == "AllocationTick_V4" && eventData.Payload is { Count: > 5 } payload)
        {
            _sites.AddOrUpdate($"{payload[5]}\n{Environment.StackTrace}", 1, static (_, n) => n + 1);
        }
    }
}
