using PipeProxy.Core.Resilience;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// The attempt that waits for a response head on one connection, as others see it: the check that asks for its age, and
/// the ejection that sends it elsewhere. Whoever ends the wait does so by one compare-and-swap and is the only one to act:
/// an answer that has begun is never cut, and an attempt that was sent elsewhere never answers.
/// </summary>
internal sealed class AttemptWatch(TimeProvider clock)
{
    private const long Over = 0;
    private const long Waiting = 1;
    private const long Rerouted = 2;
    private const long Stages = 3;
    private const int StageBits = 2;

    // Number of the attempt on this connection, and its stage: a number is never used twice, so nobody acts on the next one.
    private long _word;
    private Exchange? _exchange;
    private long _startedAt;
    private long _pausedTicks;
    private long _pausedSince;
    private int _epoch;
    private bool _mayBeSentAgain;
    private volatile bool _isSent;

    /// <summary>The statistics' epoch at the attempt's start.</summary>
    public int Epoch => _epoch;

    /// <summary>The client is being waited for: it has not sent all of the request body.</summary>
    public bool IsPaused => Volatile.Read(ref _pausedSince) != 0;

    /// <summary>An attempt begins to wait on this connection. After this call it can be sent elsewhere.</summary>
    public void Begin(Exchange exchange, long startedAt, int epoch, bool mayBeSentAgain)
    {
        _exchange = exchange;
        _startedAt = startedAt;
        Volatile.Write(ref _pausedTicks, 0);
        Volatile.Write(ref _pausedSince, 0);
        _epoch = epoch;
        _mayBeSentAgain = mayBeSentAgain;
        _isSent = false;
        // A full fence: who ejects swaps the set and then looks who waits; we say that we wait and then look at the set.
        Interlocked.Exchange(ref _word, (((_word >> StageBits) + 1) << StageBits) | Waiting);
    }

    /// <summary>It waits no more: a head has come, or the attempt failed. False: it was sent elsewhere, and has no answer.</summary>
    public bool End()
    {
        long number = Volatile.Read(ref _word) & ~Stages;
        bool ended = Interlocked.CompareExchange(ref _word, number | Over, number | Waiting) == (number | Waiting);
        _exchange = null;
        return ended;
    }

    /// <summary>The request is with the backend: from here on the wait is the backend's.</summary>
    public void NoteSent() => _isSent = true;

    /// <summary>The pump waits for bytes of the client: the clock stands still.</summary>
    public void BeginPause() => Volatile.Write(ref _pausedSince, Math.Max(1, clock.GetTimestamp()));

    /// <summary>They came, or nothing will.</summary>
    public void EndPause()
    {
        Volatile.Write(ref _pausedTicks, _pausedTicks + Math.Max(0, clock.GetTimestamp() - _pausedSince));
        Volatile.Write(ref _pausedSince, 0);
    }

    /// <summary>Latency up to <paramref name="now"/> in microseconds; -1 where the request is not sent completely.</summary>
    public long LatencyAt(long now) => _isSent ? Microseconds(now - _startedAt - Volatile.Read(ref _pausedTicks)) : -1;

    /// <summary>The attempt that waits here now; false where none does. Any thread.</summary>
    public bool TrySee(out WaitingAttempt attempt)
    {
        long word = Volatile.Read(ref _word);
        Exchange? exchange = Volatile.Read(ref _exchange);
        attempt = new WaitingAttempt(word, exchange!, Volatile.Read(ref _epoch), Volatile.Read(ref _mayBeSentAgain), _isSent, Volatile.Read(ref _startedAt) + Volatile.Read(ref _pausedTicks));
        return exchange is not null && (word & Stages) == Waiting && Volatile.Read(ref _word) == word;
    }

    /// <summary>Sends it elsewhere; true: the caller, and nobody else, cuts the connection. False: it is over.</summary>
    public bool TryReroute(in WaitingAttempt attempt) =>
        Interlocked.CompareExchange(ref _word, (attempt.Word & ~Stages) | Rerouted, attempt.Word) == attempt.Word;

    private long Microseconds(long ticks) => LatencyScale.MicrosecondsOf(ticks, clock);
}

/// <summary>An attempt that waits for a response head, as it was seen from outside.</summary>
/// <param name="Word">Which one.</param>
/// <param name="Exchange">Whose.</param>
/// <param name="Epoch">The statistics' epoch at its start.</param>
/// <param name="MayBeSentAgain">Rule 34: its method allows it.</param>
/// <param name="IsSent">The request is sent completely.</param>
/// <param name="WaitsSince">Timestamp of its start, later by the time in which the client was waited for.</param>
internal readonly record struct WaitingAttempt(long Word, Exchange Exchange, int Epoch, bool MayBeSentAgain, bool IsSent, long WaitsSince);
