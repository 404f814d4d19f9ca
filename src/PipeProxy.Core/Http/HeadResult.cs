namespace PipeProxy.Core.Http;

/// <summary>What one call of a head parser came to.</summary>
internal enum HeadResult : byte
{
    /// <summary>The head is not complete: call again with what comes next.</summary>
    NeedMore,

    /// <summary>The head is complete and passed every check.</summary>
    Done,

    /// <summary>The head breaks a rule; the parser's rejection says which.</summary>
    Rejected,
}

/// <summary>Why a message is refused.</summary>
/// <param name="Status">The status to answer with; 502 when the message came from a backend.</param>
/// <param name="Reason">One fixed line in English that names the rule broken. Never contains a client's bytes.</param>
internal readonly record struct HttpRejection(int Status, string Reason);
