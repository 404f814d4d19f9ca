namespace PipeProxy.Core.Forwarding;

/// <summary>Why a request waits.</summary>
internal enum HoldReason : byte
{
    /// <summary>Nobody can take it: those who wait for that are served in order, and newcomers line up behind them.</summary>
    NoBackend,

    /// <summary>It has tried every instance. It waits for a change, at most a while, and may then try any again.</summary>
    NoInstance,

    /// <summary>A repeat, and the retry budget is used up.</summary>
    NoBudget,
}

/// <summary>How a wait in the hold queue ended.</summary>
internal enum HoldEnd : byte
{
    /// <summary>It is the request's turn: a backend may be there, a place in the budget is.</summary>
    Admitted,

    /// <summary>It waited for as long as a request may.</summary>
    TimedOut,

    /// <summary>Too many wait already.</summary>
    Full,

    /// <summary>The client ended its side: it is told that nobody can take the request, in case it still reads.</summary>
    ClientEnded,

    /// <summary>The client's connection was cut.</summary>
    ClientGone,
}

/// <summary>What a request keeps of its waits: the order in which it came, and since when its time runs. Default: it never waited.</summary>
/// <param name="Place">Its place in the order of those who wait.</param>
/// <param name="Since">When it first had to wait, in the worker's milliseconds.</param>
internal readonly record struct HoldTicket(long Place, long Since);
