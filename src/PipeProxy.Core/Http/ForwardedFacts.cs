namespace PipeProxy.Core.Http;

/// <summary>What the proxy knows of the peer that sent a request.</summary>
internal readonly ref struct ForwardedFacts
{
    /// <summary>The peer's address as text, without port, zone or brackets. Empty where there is none.</summary>
    public ReadOnlySpan<byte> ClientAddress { get; init; }

    /// <summary>The peer is on the list of those whose forwarding fields are believed.</summary>
    public bool PeerIsTrusted { get; init; }

    /// <summary>The request came over TLS.</summary>
    public bool IsTls { get; init; }

    /// <summary>The port it came in on; told to the backend only when the request has no Host.</summary>
    public int LocalPort { get; init; }

    /// <summary>The proxy's own host name, for X-Forwarded-Server.</summary>
    public ReadOnlySpan<byte> ServerName { get; init; }

    /// <summary>The proxy's name in Via, random per process; finding it in a request means a loop.</summary>
    public ReadOnlySpan<byte> ViaPseudonym { get; init; }
}
