using System.Runtime.CompilerServices;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Http;
using PipeProxy.Core.Middleware;
using PipeProxy.Core.Routing;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// Step 4 of a request's way: attempts, each on another instance, until one has a response head, or rule 34 forbids a
/// further one, or nobody is left within the hold time.
/// </summary>
internal sealed class AttemptLoop(DataPlane plane)
{
    private readonly Attempt _attempt = new(plane);

    /// <summary>Returns the connection whose response head was accepted; null: <see cref="Exchange.Answer"/> says why.</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    public async ValueTask<UpstreamConnection?> RunAsync(Exchange exchange)
    {
        Route route = exchange.Route!;
        ServiceRuntime runtime = exchange.Visit.Enter(plane.ServiceOf(route.Service));
        exchange.MaxAttempts = route.Chain.Retry?.Attempts ?? plane.Options.MaxAttempts;
        AttemptOutcome last = default;
        bool isWithinBudget = false;
        // Who comes while others wait for a backend waits behind them.
        bool linesUp = runtime.Hold.HasLine;
        while (true)
        {
            if (isWithinBudget && !exchange.Visit.TryTakeRetryPlace()
                && await HoldAsync(exchange, runtime, HoldReason.NoBudget) != HoldEnd.Admitted)
            {
                return null;
            }

            // The set is read anew for each attempt: it may have changed while the last one ran.
            ServiceState? service = plane.State.StateOf(route.Service);
            Backend? backend = service is null || linesUp ? null : BackendChoice.Choose(exchange, service);
            linesUp = false;
            if (backend is null)
            {
                if (last.Result is AttemptResult.BadHead or AttemptResult.HeadTimeout)
                {
                    return Fail(exchange, last);
                }

                bool hasTriedAll = exchange.Tried.Count > 0 && service is { Set.Ring.Count: > 0 };
                if (await HoldAsync(exchange, runtime, hasTriedAll ? HoldReason.NoInstance : HoldReason.NoBackend) != HoldEnd.Admitted)
                {
                    return null;
                }

                exchange.Tried.Clear();
                continue;
            }

            exchange.Backend = backend;
            exchange.Body.Rewind();
            last = await _attempt.RunAsync(exchange, backend, service!);
            HookVerdict verdict = route.Chain.OnAttempt(exchange, last);
            if (last.Result == AttemptResult.Answered)
            {
                if (verdict == HookVerdict.Continue || (verdict == HookVerdict.Repeat && !IsRepeatLeft(exchange, backend, last)))
                {
                    exchange.Body.CloseReplay();
                    return End(exchange, exchange.Upstream);
                }

                await exchange.DropAnswerAsync();
            }

            if (verdict == HookVerdict.Answered)
            {
                return End(exchange, null);
            }

            plane.Log.AttemptFailed(exchange, backend, last);
            exchange.Lease.Use(null);
            exchange.Tried.Add(backend);
            if (CountsAsAttempt(last, backend, exchange))
            {
                exchange.Attempts++;
            }

            if (exchange.IsClientGone || last.Blame == Blame.Downstream || !MayRepeat(exchange, last) || exchange.Attempts >= exchange.MaxAttempts)
            {
                return Fail(exchange, last);
            }

            isWithinBudget = IsWithinBudget(last, backend);
            if (!isWithinBudget)
            {
                exchange.Visit.ReturnRetryPlace();
            }
            else if (route.Chain.Retry is { } retry)
            {
                await PauseAsync(exchange, retry.PauseBefore(exchange.Attempts));
            }
        }
    }

    /// <summary>Waits in the hold queue. Where the request is not let go, it has its answer, or no client.</summary>
    private async ValueTask<HoldEnd> HoldAsync(Exchange exchange, ServiceRuntime runtime, HoldReason reason)
    {
        // Who waits is not under way.
        exchange.Visit.ReturnRetryPlace();
        exchange.Visit.EndRelease(answered: false);
        HoldEnd end = await runtime.Hold.WaitAsync(exchange, reason);
        if (end is not (HoldEnd.Admitted or HoldEnd.ClientGone))
        {
            int status = plane.State.StateOf(exchange.Route!.Service)?.UnavailableStatus ?? 503;
            exchange.AnswerLocally(new LocalAnswer(status, "No backend of this service can take the request now.", RetryAfterSeconds: 1));
            End(exchange, null);
        }

        return end;
    }

    /// <summary>Waits before a further attempt; a client that leaves ends the wait.</summary>
    private static async ValueTask PauseAsync(Exchange exchange, int milliseconds)
    {
        if (milliseconds > 0)
        {
            HeldRequest pause = new(exchange.Client.Worker);
            exchange.Held = pause;
            if (!exchange.Client.IsPeerClosed && !exchange.IsClientGone)
            {
                await pause.WaitAsync(milliseconds);
            }

            exchange.Held = null;
        }
    }

    /// <summary>Rule 34, for an attempt that has no byte of a final response.</summary>
    private bool MayRepeat(Exchange exchange, in AttemptOutcome outcome) => outcome.Result == AttemptResult.Rerouted || (exchange.Body.CanReplay
        && (!outcome.BytesSent || (plane.State.StateOf(exchange.Route!.Service)?.MayBeSentAgain(exchange.Head) ?? exchange.Head.IsIdempotent)));

    /// <summary>
    /// Whether a hook that does not like an answer can have another one instead: an attempt, an instance and a place in the
    /// budget are left. Else the answer at hand is better than none.
    /// </summary>
    private bool IsRepeatLeft(Exchange exchange, Backend backend, in AttemptOutcome outcome) => MayRepeat(exchange, outcome)
        && plane.State.SetOf(exchange.Route!.Service) is { } set && exchange.CanMoveOn(set, backend)
        && exchange.Visit.TryTakeRetryPlace();

    /// <summary>
    /// Repeats after a failure are. Those after an ejection, a probe, or the end of an instance are not: there are as many as
    /// requests were waiting there, and no more.
    /// </summary>
    private bool IsWithinBudget(in AttemptOutcome outcome, Backend backend) =>
        outcome.Result != AttemptResult.Rerouted && !outcome.IsProbe && !plane.RuntimeOf(backend).IsRetired;

    /// <summary>
    /// A refused connection costs the backend nothing, and an instance that is being stopped says nothing about the
    /// next one: neither is one of the three attempts, else a scale-down of four replicas could use them all up.
    /// </summary>
    private bool CountsAsAttempt(in AttemptOutcome outcome, Backend backend, Exchange exchange)
    {
        if (outcome.Result == AttemptResult.ConnectFailed)
        {
            return false;
        }

        return plane.State.StateOf(exchange.Route!.Service) is { } service
            && service.Set.TryGetState(backend, out BackendState state)
            && state is BackendState.Up or BackendState.Ramping or BackendState.Ejected or BackendState.Probing or BackendState.Unhealthy;
    }

    private static UpstreamConnection? Fail(Exchange exchange, in AttemptOutcome outcome)
    {
        if (outcome.Result == AttemptResult.BadBody)
        {
            exchange.AnswerLocally(exchange.PumpEnd == PumpEnd.TimedOut
                ? new LocalAnswer(408, "The request body did not come in time.", Close: true)
                : LocalAnswer.Of(exchange.Body.Rejection));
        }
        else if (outcome.Result != AttemptResult.ClientGone && !exchange.IsClientGone)
        {
            exchange.AnswerLocally(Failure(outcome));
        }

        return End(exchange, null);
    }

    /// <summary>The attempts are over: others may go on with what this request held.</summary>
    private static UpstreamConnection? End(Exchange exchange, UpstreamConnection? upstream)
    {
        exchange.Visit.ReturnRetryPlace();
        exchange.Visit.EndRelease(answered: upstream is not null);
        return upstream;
    }

    private static LocalAnswer Failure(in AttemptOutcome outcome) => outcome.Result switch
    {
        AttemptResult.HeadTimeout => new LocalAnswer(504, "The backend did not answer in time."),
        AttemptResult.BadHead => new LocalAnswer(502, "The backend's answer was not valid HTTP."),
        AttemptResult.ConnectFailed or AttemptResult.Rerouted => new LocalAnswer(503, "No backend of this service can take the request now.", RetryAfterSeconds: 1),
        _ => new LocalAnswer(502, "The backend closed the connection before it answered."),
    };
}
