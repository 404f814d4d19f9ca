namespace PipeProxy.EndToEnd.Harness;

/// <summary>What went wrong between a client and whom it talks to.</summary>
internal enum WireFailure
{
    /// <summary>No connection within the time allowed, or refused.</summary>
    NotConnected,

    /// <summary>The peer closed a connection that it had not announced to close, while no request was under way.</summary>
    ClosedWhileIdle,

    /// <summary>The peer closed after a request was sent and before a byte of an answer.</summary>
    ClosedBeforeAnswer,

    /// <summary>The peer closed inside an answer's head.</summary>
    CutInHead,

    /// <summary>The peer closed inside an answer's body: its length was not reached, or its last chunk is missing.</summary>
    CutInBody,

    /// <summary>Nothing came within the time allowed.</summary>
    TimedOut,

    /// <summary>What came is no HTTP/1.1.</summary>
    Malformed,

    /// <summary>Bytes came that no request asked for.</summary>
    Unasked,
}

/// <summary>A failure on the wire; never repaired by the client that meets it.</summary>
internal sealed class WireException(WireFailure failure, string detail, Exception? cause = null)
    : Exception($"{failure}: {detail}", cause)
{
    /// <summary>Which one.</summary>
    public WireFailure Failure { get; } = failure;
}
