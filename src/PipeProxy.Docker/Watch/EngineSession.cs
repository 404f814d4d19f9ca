using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using PipeProxy.Docker.Engine;
using PipeProxy.Docker.Labels;

namespace PipeProxy.Docker.Watch;

/// <summary>
/// One connection's life, from the opened event stream to its end:
/// <code>
/// 1. open the event stream            so that nothing falls between it and the list
/// 2. list, read what is new or changed, publish when all of it is known
/// 3. events: change the table, or read the one container an event names; publish at once or within 20 ms
/// 4. every 60 s: list again, for what no event told
/// </code>
/// Everything happens in one loop over one channel; requests run beside it and report into the channel, so that a slow
/// inspect never holds back the news that another container stops.
/// </summary>
internal sealed class EngineSession(EngineClient client, EngineEndpoint endpoint, ContainerTable table, ConfigurationPublisher publisher, SessionParts parts) : IDisposable
{
    private static readonly TimeSpan _eventOverlap = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _relistPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _retryPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _coalescing = TimeSpan.FromMilliseconds(20);
    private const int InspectsAtOnce = 8;

    private readonly TimeProvider _clock = parts.Clock;
    private readonly Channel<SessionMessage> _messages = Channel.CreateUnbounded<SessionMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _inspects = new(InspectsAtOnce);
    private readonly Dictionary<string, Flight> _flights = [];
    private readonly HashSet<string> _touchedSinceList = [];
    private bool _isListing;
    private bool _isComplete;
    private DateTimeOffset _relistAt;
    private DateTimeOffset? _publishAt;

    /// <summary>Runs until the stream ends or something fails, which is thrown.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // 1.
        var stream = await client.OpenEventsAsync(_clock.GetUtcNow() - _eventOverlap, ending.Token);
        var pump = PumpAsync(stream, ending.Token);
        try
        {
            // 2.
            List(ending.Token);
            Task<bool>? arrival = null;
            while (true)
            {
                arrival ??= _messages.Reader.WaitToReadAsync(ending.Token).AsTask();
                if (!await WaitAsync(arrival, ending.Token))
                {
                    arrival = null;
                }

                while (_messages.Reader.TryRead(out var message))
                {
                    Handle(message, ending.Token);
                }

                Tick(ending.Token);
            }
        }
        finally
        {
            await ending.CancelAsync();
            await pump;
            await stream.DisposeAsync();
        }
    }

    public void Dispose() => _inspects.Dispose();

    // True while the arrival is still awaited: time has come for something else.
    private async Task<bool> WaitAsync(Task<bool> arrival, CancellationToken cancellation)
    {
        var next = Earliest(_isListing ? null : _relistAt, Earliest(_publishAt, table.NextDeadline));
        if (next is null)
        {
            await arrival;
            return false;
        }

        var pause = next.Value - _clock.GetUtcNow();
        if (pause <= TimeSpan.Zero)
        {
            return !arrival.IsCompleted;
        }

        using var waking = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var first = await Task.WhenAny(arrival, Task.Delay(pause, _clock, waking.Token));
        await waking.CancelAsync();
        await first;
        return !arrival.IsCompleted;
    }

    private void Handle(SessionMessage message, CancellationToken cancellation)
    {
        switch (message)
        {
            case Happened { Event: var happened }:
                HandleEvent(happened, cancellation);
                break;
            case Listed { Failure: { } failure }:
                ExceptionDispatchInfo.Throw(failure);
                break;
            case Listed listed:
                HandleList(listed, cancellation);
                break;
            case Inspected inspected:
                HandleInspect(inspected, cancellation);
                break;
            case Ended { Failure: var failure }:
                ExceptionDispatchInfo.Throw(failure ?? new InvalidDataException("the engine ended the event stream"));
                break;
        }
    }

    // 3.
    private void HandleEvent(EngineEvent happened, CancellationToken cancellation)
    {
        var id = happened.ContainerId;
        var effect = table.Apply(happened, publisher.IsOfInterest);
        if (happened.Action != "kill")
        {
            // An answer that is under way may be older than this event.
            if (_flights.TryGetValue(id, out var flight))
            {
                flight.Again = true;
            }

            if (_isListing)
            {
                _touchedSinceList.Add(id);
            }
        }

        switch (effect)
        {
            case EventEffect.Publish:
                Publish(TimeSpan.Zero);
                break;
            case EventEffect.Inspect or EventEffect.InspectUrgently:
                Inspect(id, null, happened.Action == "start", effect == EventEffect.InspectUrgently, cancellation);
                break;
        }
    }

    private void HandleList(Listed listed, CancellationToken cancellation)
    {
        _isListing = false;
        _relistAt = _clock.GetUtcNow() + _relistPause;
        if (publisher.Take(listed.Surroundings!))
        {
            Publish(_coalescing);
        }

        var ids = new HashSet<string>();
        foreach (var row in listed.Rows!)
        {
            if (string.IsNullOrEmpty(row.ID) || !publisher.IsOfInterest(FactsReader.LabelsOf(row)) || !ids.Add(row.ID))
            {
                continue;
            }

            var fingerprint = FactsReader.Fingerprint(row);
            if (!_touchedSinceList.Contains(row.ID) && table.IsStale(row.ID, fingerprint))
            {
                Inspect(row.ID, fingerprint, publisher.HasPublished, false, cancellation);
            }
        }

        if (table.TakeList(ids, _touchedSinceList))
        {
            Publish(_coalescing);
        }

        _touchedSinceList.Clear();
        CompleteIfAllIsKnown();
    }

    private void HandleInspect(Inspected inspected, CancellationToken cancellation)
    {
        var flight = _flights[inspected.Id];
        if (flight.Again)
        {
            flight.Again = false;
            _ = InspectAsync(inspected.Id, cancellation);
            return;
        }

        _flights.Remove(inspected.Id);
        if (inspected.Failure is { } failure)
        {
            parts.Log.InspectFailed(inspected.Id[..Math.Min(12, inspected.Id.Length)], EngineFailure.Of(failure, endpoint).Reason);
            _relistAt = Earliest(_relistAt, _clock.GetUtcNow() + _retryPause)!.Value;
        }
        else if (table.Take(inspected.Id, inspected.Facts, flight.Fingerprint, flight.SawStart))
        {
            Publish(flight.IsUrgent ? TimeSpan.Zero : _coalescing);
        }

        CompleteIfAllIsKnown();
    }

    private void CompleteIfAllIsKnown()
    {
        if (_isComplete || _isListing || _flights.Count > 0)
        {
            return;
        }

        _isComplete = true;
        parts.Connected(table.Running);
        Publish(TimeSpan.Zero);
    }

    private void Tick(CancellationToken cancellation)
    {
        var now = _clock.GetUtcNow();
        if (table.NextDeadline <= now && table.Expire())
        {
            Publish(TimeSpan.Zero);
        }

        if (_publishAt <= now)
        {
            _publishAt = null;
            publisher.Publish(table.Containers);
        }

        // 4.
        if (!_isListing && _relistAt <= now)
        {
            List(cancellation);
        }
    }

    private void Publish(TimeSpan within)
    {
        // The first configuration is a whole one.
        if (_isComplete || publisher.HasPublished)
        {
            _publishAt = Earliest(_publishAt, _clock.GetUtcNow() + within);
        }
    }

    private void List(CancellationToken cancellation)
    {
        _isListing = true;
        _touchedSinceList.Clear();
        _ = ListAsync(cancellation);
    }

    private async Task ListAsync(CancellationToken cancellation)
    {
        try
        {
            var surroundings = parts.LookAround(cancellation);
            var rows = await client.ListAsync(cancellation);
            _messages.Writer.TryWrite(new Listed(rows, await surroundings, null));
        }
        catch (Exception failure)
        {
            _messages.Writer.TryWrite(new Listed(null, null, failure));
        }
    }

    private void Inspect(string id, string? fingerprint, bool sawStart, bool isUrgent, CancellationToken cancellation)
    {
        if (!_flights.TryGetValue(id, out var flight))
        {
            flight = _flights[id] = new Flight();
            _ = InspectAsync(id, cancellation);
        }

        flight.Fingerprint = fingerprint;
        flight.SawStart |= sawStart;
        flight.IsUrgent |= isUrgent;
    }

    private async Task InspectAsync(string id, CancellationToken cancellation)
    {
        try
        {
            await _inspects.WaitAsync(cancellation);
            try
            {
                _messages.Writer.TryWrite(new Inspected(id, await client.FactsAsync(id, cancellation), null));
            }
            finally
            {
                _inspects.Release();
            }
        }
        catch (Exception failure)
        {
            _messages.Writer.TryWrite(new Inspected(id, null, failure));
        }
    }

    private async Task PumpAsync(EventStream stream, CancellationToken cancellation)
    {
        try
        {
            await stream.ReadAsync(happened => _messages.Writer.TryWrite(new Happened(happened)), cancellation);
            _messages.Writer.TryWrite(new Ended(null));
        }
        catch (Exception failure)
        {
            _messages.Writer.TryWrite(new Ended(failure));
        }
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? a, DateTimeOffset? b) => a is null ? b : b is null || a < b ? a : b;
}
