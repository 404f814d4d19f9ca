namespace PipeProxy.Core.Http;

/// <summary>A request's head after all checks: what was asked, of whom, and how the body ends.</summary>
internal sealed class RequestHead : MessageHead
{
    private Extent _method;
    private Extent _target;
    private Extent _host;
    private Extent _upgrade;
    private int _pathLength;
    private int _hostNameLength;

    internal HttpMethod Method { get; private set; }

    /// <summary>The method as it came; any token.</summary>
    internal ReadOnlySpan<byte> MethodBytes => At(_method);

    /// <summary>0 for HTTP/1.0, 1 for HTTP/1.1 and every higher 1.x.</summary>
    internal int MinorVersion { get; private set; }

    /// <summary>What is forwarded: origin-form (absolute-form is converted to it), or <c>*</c> of an OPTIONS request.</summary>
    internal ReadOnlySpan<byte> Target => At(_target);

    /// <summary>The target up to its question mark, not decoded.</summary>
    internal ReadOnlySpan<byte> Path => At(_target)[.._pathLength];

    /// <summary>The target behind its question mark; empty where there is none.</summary>
    internal ReadOnlySpan<byte> Query => _pathLength < _target.Length ? At(_target)[(_pathLength + 1)..] : default;

    /// <summary>The effective authority: absolute-form's, else the Host field's. May be empty.</summary>
    internal ReadOnlySpan<byte> Host => At(_host);

    /// <summary><see cref="Host"/> without its port. An IPv6 address keeps its brackets.</summary>
    internal ReadOnlySpan<byte> HostName => At(_host)[.._hostNameLength];

    /// <summary>The digits of the port in <see cref="Host"/>; empty where there is none.</summary>
    internal ReadOnlySpan<byte> HostPort => _hostNameLength < _host.Length ? At(_host)[(_hostNameLength + 1)..] : default;

    /// <summary>How the body ends: never <see cref="BodyKind.UntilClose"/>.</summary>
    internal BodyKind BodyKind { get; set; }

    /// <summary>Bytes of the body when <see cref="BodyKind"/> is <see cref="BodyKind.Length"/>.</summary>
    internal long ContentLength { get; set; }

    /// <summary>The client wants the connection to go on: 1.1 unless it said close, 1.0 only with keep-alive.</summary>
    internal bool KeepAlive { get; set; }

    /// <summary>The client (1.1) waits for 100 (Continue) before it sends the body, and there is one.</summary>
    internal bool ExpectContinue { get; set; }

    /// <summary>The client (1.1) asks for another protocol that may be forwarded: <see cref="UpgradeProtocol"/>.</summary>
    internal bool UpgradeRequested => _upgrade.Length != 0;

    /// <summary>The protocols asked for, a list, without h2c.</summary>
    internal ReadOnlySpan<byte> UpgradeProtocol => At(_upgrade);

    /// <summary>The upgrade asked for is, or may be, a WebSocket.</summary>
    internal bool IsWebSocket { get; set; }

    /// <summary>The client (1.1) said <c>TE: trailers</c>.</summary>
    internal bool AcceptsTrailers { get; set; }

    internal bool IsIdempotent => HttpMethods.IsIdempotent(Method);

    internal bool IsSafe => HttpMethods.IsSafe(Method);

    /// <summary>Replaces what is forwarded as the target; <see cref="Path"/> and <see cref="Query"/> follow.</summary>
    /// <exception cref="ArgumentException">
    /// It does not begin with a slash (or is not <c>*</c>), or has a byte that no target may have: blanks, controls,
    /// '#', or a byte over 0x7E.
    /// </exception>
    internal void SetTarget(ReadOnlySpan<byte> originForm)
    {
        bool wellFormed = originForm is [(byte)'/', ..] or [(byte)'*'];
        if (!wellFormed || originForm.ContainsAnyExcept(Grammar.Target))
        {
            throw new ArgumentException("A target must be in origin-form (RFC 9112 section 3.2.1).", nameof(originForm));
        }

        UseTarget(Store(originForm));
    }

    /// <summary>Where the parser found method and target.</summary>
    internal void SetRequestLine(HttpMethod method, Extent methodBytes, Extent target, int minorVersion)
    {
        Method = method;
        _method = methodBytes;
        _target = target;
        _pathLength = target.Length;
        MinorVersion = minorVersion;
    }

    /// <summary>Where the target begins in the buffer.</summary>
    internal int TargetStart => _target.Start;

    internal void UseTarget(Extent target)
    {
        _target = target;
        int mark = At(target).IndexOf((byte)'?');
        _pathLength = mark < 0 ? target.Length : mark;
    }

    internal void UseHost(Extent host, int nameLength)
    {
        _host = host;
        _hostNameLength = nameLength;
    }

    internal void UseUpgrade(Extent protocols) => _upgrade = protocols;

    protected override void ClearStartLine()
    {
        Method = HttpMethod.Other;
        MinorVersion = 0;
        _method = _target = _host = _upgrade = default;
        _pathLength = _hostNameLength = 0;
        BodyKind = BodyKind.None;
        ContentLength = 0;
        KeepAlive = ExpectContinue = IsWebSocket = AcceptsTrailers = false;
    }
}
