namespace PipeProxy.Core.Http;

/// <summary>A response's head after all checks: its status, how the body ends, and what becomes of the connection.</summary>
internal sealed class ResponseHead : MessageHead
{
    private Extent _reason;
    private Extent _upgrade;

    /// <summary>The status code, 100 to 999.</summary>
    internal int Status { get; private set; }

    /// <summary>The reason phrase as it came; may be empty.</summary>
    internal ReadOnlySpan<byte> Reason => At(_reason);

    /// <summary>0 for HTTP/1.0, 1 for HTTP/1.1 and every higher 1.x.</summary>
    internal int MinorVersion { get; private set; }

    /// <summary>How the body ends.</summary>
    internal BodyKind BodyKind { get; set; }

    /// <summary>Bytes of the body when <see cref="BodyKind"/> is <see cref="BodyKind.Length"/>.</summary>
    internal long ContentLength { get; set; }

    /// <summary>The upstream connection may be used again after this message.</summary>
    internal bool KeepAlive { get; set; }

    /// <summary>Seconds the backend says it keeps the connection (Keep-Alive: timeout=N); 0 = it said nothing.</summary>
    internal int KeepAliveTimeoutSeconds { get; set; }

    /// <summary>The protocol that a 101 switches to; empty in every other response.</summary>
    internal ReadOnlySpan<byte> UpgradeProtocol => At(_upgrade);

    /// <summary>Where the parser found the reason phrase.</summary>
    internal void SetStatusLine(int status, Extent reason, int minorVersion)
    {
        Status = status;
        _reason = reason;
        MinorVersion = minorVersion;
    }

    internal void UseUpgrade(Extent protocol) => _upgrade = protocol;

    protected override void ClearStartLine()
    {
        Status = 0;
        MinorVersion = 0;
        _reason = _upgrade = default;
        BodyKind = BodyKind.None;
        ContentLength = 0;
        KeepAlive = false;
        KeepAliveTimeoutSeconds = 0;
    }
}
