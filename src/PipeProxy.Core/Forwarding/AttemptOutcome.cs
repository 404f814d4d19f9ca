namespace PipeProxy.Core.Forwarding;

/// <summary>How one attempt ended.</summary>
internal enum AttemptResult : byte
{
    /// <summary>A valid response head came.</summary>
    Answered,

    /// <summary>No connection: refused, unreachable, timed out. No byte of the request left.</summary>
    ConnectFailed,

    /// <summary>The connection ended or broke before a response head.</summary>
    ClosedBeforeHead,

    /// <summary>What came was no response (rules 5, 7, 19, 32).</summary>
    BadHead,

    /// <summary>No response head within the limit.</summary>
    HeadTimeout,

    /// <summary>The client sent a bad or no more body.</summary>
    BadBody,

    /// <summary>The client went away.</summary>
    ClientGone,

    /// <summary>It was sent elsewhere: the backend was ejected, or a probe of it took too long.</summary>
    Rerouted,
}

/// <summary>Whose fault it was.</summary>
internal enum Blame : byte
{
    /// <summary>Nobody's: it went well.</summary>
    Nobody,

    /// <summary>The client's.</summary>
    Downstream,

    /// <summary>The backend's.</summary>
    Upstream,
}

/// <summary>One attempt's end, as a value: how, whose fault, and whether it may be tried elsewhere.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="BytesSent">True when bytes of the request may have reached the backend.</param>
/// <param name="OnReusedConnection">It failed before any response byte on a connection that had served before (rule 35).</param>
/// <param name="Detail">One line for the log.</param>
internal readonly record struct AttemptOutcome(AttemptResult Result, bool BytesSent, bool OnReusedConnection, string Detail)
{
    /// <summary>Up to the response head; -1 where the request was not sent completely.</summary>
    public long LatencyMicroseconds { get; init; } = -1;

    /// <summary>It tried a probing backend.</summary>
    public bool IsProbe { get; init; }

    /// <summary>At its end the client was being waited for, which had not sent all of the request.</summary>
    public bool ClientWasAwaited { get; init; }

    public Blame Blame => Result switch
    {
        AttemptResult.Answered or AttemptResult.Rerouted => Blame.Nobody,
        AttemptResult.BadBody or AttemptResult.ClientGone => Blame.Downstream,
        _ => Blame.Upstream,
    };
}
