using System.Collections.Immutable;
using System.Text;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Http;
using PipeProxy.Core.Resilience;

namespace PipeProxy.Core.Configuration;

/// <summary>One service at one moment: what an attempt reads anew each time.</summary>
public sealed class ServiceState
{
    private readonly byte[][]? _retryMethods;

    internal ServiceState(Service service, ServiceDefinition definition, BackendSet set, CookieAffinity? affinity, bool isRetained)
    {
        Service = service;
        Definition = definition;
        Set = set;
        Affinity = affinity;
        IsRetained = isRetained;
        _retryMethods = definition.RetryMethods is { } methods
            ? [.. methods.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Encoding.ASCII.GetBytes)]
            : null;
    }

    /// <summary>Whose state it is.</summary>
    public Service Service { get; }

    /// <summary>As published; without servers where the service is retained.</summary>
    public ServiceDefinition Definition { get; }

    /// <summary>Its backends.</summary>
    public BackendSet Set { get; }

    /// <summary>The client's Host goes to the backend.</summary>
    public bool PassHostHeader => Definition.PassHostHeader;

    /// <summary>Its provider no longer publishes it: kept for a while, without servers.</summary>
    public bool IsRetained { get; }

    /// <summary>The circuit breakers that watch its backends; none = three failed attempts in a row eject.</summary>
    public ImmutableArray<Breaker> Breakers { get; internal init; } = [];

    /// <summary>Status at the end of a hold: the breakers' <c>responsecode</c>.</summary>
    public int UnavailableStatus => Breakers.IsEmpty ? 503 : Breakers[0].Definition.ResponseCode;

    /// <summary>Stickiness; null = none.</summary>
    internal CookieAffinity? Affinity { get; }

    /// <summary>Rule 34: its method allows the request to be sent again after its bytes were sent.</summary>
    internal bool MayBeSentAgain(RequestHead head)
    {
        if (_retryMethods is null)
        {
            return head.IsIdempotent;
        }

        foreach (byte[] method in _retryMethods)
        {
            if (head.MethodBytes.SequenceEqual(method))
            {
                return true;
            }
        }

        return false;
    }
}
