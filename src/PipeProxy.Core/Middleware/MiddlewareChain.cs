using System.Collections.Immutable;
using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Http;

namespace PipeProxy.Core.Middleware;

/// <summary>The middlewares of one route, sorted by hook once, so that a request calls only what is there.</summary>
internal sealed class MiddlewareChain
{
    /// <summary>No middleware.</summary>
    public static readonly MiddlewareChain Empty = new([]);

    private readonly Middleware[] _request;
    private readonly Middleware[] _attempt;
    private readonly Middleware[] _response;
    private readonly Middleware[] _body;

    public MiddlewareChain(ImmutableArray<Middleware> middlewares)
    {
        _request = With(middlewares, MiddlewareHooks.Request);
        _attempt = With(middlewares, MiddlewareHooks.Attempt);
        _response = With(middlewares, MiddlewareHooks.Response);
        _body = With(middlewares, MiddlewareHooks.Body);
        Retry = middlewares.OfType<Retry>().FirstOrDefault();
        Array.Reverse(_response);
        Array.Reverse(_body);
    }

    /// <summary>The first retry middleware: how many attempts and how far apart; null = none.</summary>
    public Retry? Retry { get; }

    public bool HasRequestHooks => _request.Length > 0;

    public bool HasResponseHooks => _response.Length > 0;

    /// <summary>Runs the request hooks in order, until one answers.</summary>
    public async ValueTask<HookVerdict> OnRequestAsync(Exchange exchange)
    {
        foreach (Middleware middleware in _request)
        {
            HookVerdict verdict = await middleware.OnRequestAsync(exchange);
            if (verdict != HookVerdict.Continue)
            {
                return verdict;
            }
        }

        return HookVerdict.Continue;
    }

    /// <summary>Repeat as soon as one asks for it.</summary>
    public HookVerdict OnAttempt(Exchange exchange, in AttemptOutcome outcome)
    {
        foreach (Middleware middleware in _attempt)
        {
            HookVerdict verdict = middleware.OnAttempt(exchange, outcome);
            if (verdict != HookVerdict.Continue)
            {
                return verdict;
            }
        }

        return HookVerdict.Continue;
    }

    /// <summary>Runs the response hooks, last middleware first.</summary>
    public void OnResponse(Exchange exchange, ResponseHead head)
    {
        foreach (Middleware middleware in _response)
        {
            middleware.OnResponse(exchange, head);
        }
    }

    /// <summary>The filter of the innermost middleware that has one for this response; null = none.</summary>
    public BodyFilter? FilterBody(Exchange exchange, ResponseHead head)
    {
        BodyFilter? filter = null;
        foreach (Middleware middleware in _body)
        {
            if (middleware.FilterBody(exchange, head) is { } outer)
            {
                filter = filter is null ? outer : new ChainedBodyFilter(filter, outer);
            }
        }

        return filter;
    }

    private static Middleware[] With(ImmutableArray<Middleware> all, MiddlewareHooks hook) =>
        [.. all.Where(m => m.Hooks.HasFlag(hook))];
}
