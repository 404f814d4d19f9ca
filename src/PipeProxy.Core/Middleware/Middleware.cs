using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Http;

namespace PipeProxy.Core.Middleware;

/// <summary>
/// A step between router and service. It overrides the hooks it needs, and says so in <see cref="Hooks"/>: a route
/// calls only those, and a route without middlewares calls nothing.
/// </summary>
public abstract class Middleware(string name)
{
    /// <summary>Name of the definition, without the provider.</summary>
    public string Name { get; } = name;

    /// <summary>The hooks this middleware has.</summary>
    internal abstract MiddlewareHooks Hooks { get; }

    /// <summary>
    /// Request head: may edit it, or answer at once (by <see cref="Exchange.AnswerLocally"/> or
    /// <see cref="Exchange.AnswerFrom"/>). Runs once a request, before the first attempt, in the route's order.
    /// </summary>
    internal virtual ValueTask<HookVerdict> OnRequestAsync(Exchange exchange) => new(HookVerdict.Continue);

    /// <summary>An attempt is over: may ask for a further one where rule 34 allows it.</summary>
    internal virtual HookVerdict OnAttempt(Exchange exchange, in AttemptOutcome outcome) => HookVerdict.Continue;

    /// <summary>Response head, ours or a backend's: may edit it. Runs in reverse order.</summary>
    internal virtual void OnResponse(Exchange exchange, ResponseHead head)
    {
    }

    /// <summary>A filter for this response's body, or null: then its bytes pass uncopied.</summary>
    internal virtual BodyFilter? FilterBody(Exchange exchange, ResponseHead head) => null;
}

/// <summary>Which hooks a middleware has.</summary>
[Flags]
internal enum MiddlewareHooks
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><see cref="Middleware.OnRequestAsync"/>.</summary>
    Request = 1,

    /// <summary><see cref="Middleware.OnAttempt"/>.</summary>
    Attempt = 2,

    /// <summary><see cref="Middleware.OnResponse"/>.</summary>
    Response = 4,

    /// <summary><see cref="Middleware.FilterBody"/>.</summary>
    Body = 8,
}

/// <summary>What a hook decided.</summary>
internal enum HookVerdict
{
    /// <summary>Go on.</summary>
    Continue,

    /// <summary>The exchange has its answer; no attempt is made.</summary>
    Answered,

    /// <summary>Try again elsewhere, if that is allowed.</summary>
    Repeat,
}

/// <summary>Changes the bytes of one response body.</summary>
internal abstract class BodyFilter
{
    /// <summary>Writes what becomes of <paramref name="data"/>; may keep some for later.</summary>
    public abstract void Transform(in System.Buffers.ReadOnlySequence<byte> data, System.Buffers.IBufferWriter<byte> output);

    /// <summary>The body is over: writes what was kept.</summary>
    public abstract void Complete(System.Buffers.IBufferWriter<byte> output);
}
