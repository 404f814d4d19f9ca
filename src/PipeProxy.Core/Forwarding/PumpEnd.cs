namespace PipeProxy.Core.Forwarding;

/// <summary>How a run of the body pump ended.</summary>
internal enum PumpEnd : byte
{
    /// <summary>The whole body is at the backend.</summary>
    Complete,

    /// <summary>The framing turned bad; see <see cref="RequestBody.Rejection"/>.</summary>
    Rejected,

    /// <summary>No byte came within the limit.</summary>
    TimedOut,

    /// <summary>The client ended or broke the connection in the middle.</summary>
    ClientGone,

    /// <summary>The backend takes no more.</summary>
    UpstreamGone,

    /// <summary>Asked to stop: the attempt is over.</summary>
    Stopped,
}
