using System.Collections.Immutable;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Forwarding;

namespace PipeProxy.Core.Middleware;

/// <summary>
/// How many attempts a request of this route makes and how far apart they are, and which answers are asked for again
/// elsewhere. Rule 34 and the service's retry budget hold as everywhere; where no attempt is left, the last answer is
/// passed through.
/// </summary>
internal sealed class Retry : Middleware
{
    private readonly ImmutableArray<(int First, int Last)> _status;
    private readonly int _interval;

    /// <exception cref="FormatException">There is no attempt at all.</exception>
    public Retry(string name, RetryDefinition definition)
        : base(name)
    {
        if (definition.Attempts < 1)
        {
            throw new FormatException($"attempts is {definition.Attempts}: the first one counts, so it is 1 at least.");
        }

        Attempts = definition.Attempts;
        _interval = (int)Math.Clamp(definition.InitialInterval.TotalMilliseconds, 0, int.MaxValue / 2);
        _status = definition.Status;
    }

    /// <summary>Attempts in all, the first one included.</summary>
    public int Attempts { get; }

    internal override MiddlewareHooks Hooks => _status.IsEmpty ? MiddlewareHooks.None : MiddlewareHooks.Attempt;

    /// <summary>Milliseconds to wait after so many attempts: the interval, then twice that.</summary>
    public int PauseBefore(int attempts) => attempts < 2 ? _interval : 2 * _interval;

    internal override HookVerdict OnAttempt(Exchange exchange, in AttemptOutcome outcome)
    {
        if (outcome.Result == AttemptResult.Answered)
        {
            int status = exchange.Upstream!.Head.Status;
            foreach ((int first, int last) in _status)
            {
                if (status >= first && status <= last)
                {
                    return HookVerdict.Repeat;
                }
            }
        }

        return HookVerdict.Continue;
    }
}
