using System.Net.Sockets;
using System.Runtime.CompilerServices;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Http;
using PipeProxy.Core.Middleware;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// Step 4 of a request's way: attempts, each on another instance, until one has a response head, or rule 34 forbids a
/// further one, or nobody is left.
/// </summary>
internal sealed class AttemptLoop(DataPlane plane)
{
    /// <summary>Returns the connection whose response head was accepted; null: <see cref="Exchange.Answer"/> says why.</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    public async ValueTask<UpstreamConnection?> RunAsync(Exchange exchange)
    {
        AttemptOutcome last = default;
        while (true)
        {
            // The set is read anew for each attempt: it may have changed while the last one ran.
            ServiceState? service = plane.State.StateOf(exchange.Route!.Service);
            Backend? backend = service is null ? null : BackendChoice.Choose(exchange, service);
            if (backend is null)
            {
                if (last.Result is AttemptResult.BadHead or AttemptResult.HeadTimeout)
                {
                    return Fail(exchange, last);
                }

                HoldEnd held = await plane.HoldQueueOf(exchange.Route.Service).WaitAsync(exchange);
                if (held == HoldEnd.LookAgain)
                {
                    exchange.ForgetTried();
                    continue;
                }

                if (held != HoldEnd.ClientGone)
                {
                    exchange.AnswerLocally(last.Result == AttemptResult.ClosedBeforeHead && exchange.Attempts > 0
                        ? Failure(last)
                        : new LocalAnswer(503, "No backend of this service can take the request now.", RetryAfterSeconds: 1));
                }

                return null;
            }

            exchange.Backend = backend;
            exchange.Body.Rewind();
            last = await TryAsync(exchange, backend, service!);
            HookVerdict verdict = exchange.Route.Chain.OnAttempt(exchange, last);
            if (last.Result == AttemptResult.Answered)
            {
                if (verdict == HookVerdict.Continue || (verdict == HookVerdict.Repeat && !IsRepeatLeft(exchange, last)))
                {
                    exchange.Body.CloseReplay();
                    return exchange.Upstream;
                }

                await exchange.DropAnswerAsync();
            }

            if (verdict == HookVerdict.Answered)
            {
                return null;
            }

            plane.Log.AttemptFailed(exchange, backend, last);
            exchange.Use(null);
            exchange.AddTried(backend);
            if (CountsAsAttempt(last, backend, exchange))
            {
                exchange.Attempts++;
            }

            if (exchange.IsClientGone || last.Blame == Blame.Downstream)
            {
                return Fail(exchange, last);
            }

            if (!MayRepeat(exchange, last) || exchange.Attempts >= plane.Options.MaxAttempts)
            {
                return Fail(exchange, last);
            }
        }
    }

    /// <summary>One attempt. Rule 35's repeat on a fresh connection is part of it.</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private async ValueTask<AttemptOutcome> TryAsync(Exchange exchange, Backend backend, ServiceState service)
    {
        BackendRuntime runtime = plane.RuntimeOf(backend);
        // Rule 36: who could not be sent again takes no connection that its backend may be about to close.
        UpstreamConnection? upstream = runtime.PoolOf(exchange.Client.Worker)
            .TryTake(service.MayBeSentAgain(exchange.Head) && exchange.Body.IsSureToReplay ? int.MaxValue : plane.Options.UnrepeatableIdleLimit);
        while (true)
        {
            if (upstream is null)
            {
                try
                {
                    int timeout = service.Set.Ring.Count > 1 ? plane.Options.ConnectTimeout : plane.Options.ConnectTimeoutAlone;
                    upstream = runtime.Adopt(await plane.ConnectAsync(backend, exchange.Client.Worker, timeout));
                }
                catch (Exception e) when (ConnectionFault.Is(e))
                {
                    return new AttemptOutcome(AttemptResult.ConnectFailed, false, false, e.Message);
                }
            }

            exchange.Use(upstream);
            AttemptOutcome outcome = await AskAsync(exchange, upstream, service);
            if (outcome.Result == AttemptResult.Answered)
            {
                return outcome;
            }

            upstream.Close();
            if (!outcome.OnReusedConnection || !service.MayBeSentAgain(exchange.Head) || !exchange.Body.CanReplay || exchange.IsClientGone || runtime.IsRetired)
            {
                return outcome;
            }

            // Rule 35: the keep-alive race, not the backend's fault. Once, on a fresh connection; not to an instance that
            // has just been taken out, which may be frozen (its kernel still accepts) or gone (nobody refuses).
            upstream = null;
            exchange.Body.Rewind();
        }
    }

    /// <summary>Sends the request and reads heads until a final one.</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private async ValueTask<AttemptOutcome> AskAsync(Exchange exchange, UpstreamConnection upstream, ServiceState service)
    {
        WriteRequestHead(exchange, upstream, service);
        exchange.ResponseHeadTimedOut = false;
        bool reused = upstream.IsReused;
        if (exchange.Body.Kind == BodyKind.None)
        {
            try
            {
                await upstream.Connection.Output.FlushAsync();
                exchange.AwaitHead(requestIsSent: true);
            }
            catch (Exception e) when (ConnectionFault.Is(e))
            {
                return new AttemptOutcome(AttemptResult.ClosedBeforeHead, true, reused, e.Message);
            }
        }
        else
        {
            exchange.AwaitHead(requestIsSent: false);
            exchange.StartPump(upstream);
        }

        AttemptOutcome outcome = await ResponseHeads.ReadFinalAsync(exchange, upstream);
        exchange.EndAwaitHead();
        if (outcome.Result == AttemptResult.Answered || !exchange.IsPumping)
        {
            return exchange.IsClientGone && outcome.Result != AttemptResult.Answered ? outcome with { Result = AttemptResult.ClientGone } : outcome;
        }

        // The attempt is over: the pump ends now, and may know better whose fault it was.
        upstream.Connection.Abort();
        exchange.Body.Stop();
        return await exchange.EndPumpAsync() switch
        {
            PumpEnd.Rejected or PumpEnd.TimedOut => outcome with { Result = AttemptResult.BadBody },
            PumpEnd.ClientGone => outcome with { Result = AttemptResult.ClientGone },
            _ => outcome,
        };
    }

    private void WriteRequestHead(Exchange exchange, UpstreamConnection upstream, ServiceState service)
    {
        RequestHeadFacts facts = new()
        {
            // An HTTP/1.0 client may have named none; many backends refuse an empty one.
            Host = service.PassHostHeader && !exchange.Head.Host.IsEmpty ? exchange.Head.Host : upstream.Backend.Backend.Authority.Span,
            ViaPseudonym = plane.ViaPseudonym,
            BodyKind = exchange.Body.Kind == BodyKind.None ? exchange.Head.BodyKind : exchange.Body.Kind,
            ContentLength = exchange.Body.Length,
            Upgrade = exchange.Head.UpgradeRequested,
        };
        HeadWriter.WriteRequest(upstream.Connection.Output, exchange.Head, facts);
    }

    /// <summary>Rule 34, for an attempt that has no byte of a final response.</summary>
    private bool MayRepeat(Exchange exchange, in AttemptOutcome outcome) => exchange.Body.CanReplay
        && (!outcome.BytesSent || (plane.State.StateOf(exchange.Route!.Service)?.MayBeSentAgain(exchange.Head) ?? exchange.Head.IsIdempotent));

    /// <summary>Whether a hook that does not like an answer can have another one instead.</summary>
    private bool IsRepeatLeft(Exchange exchange, in AttemptOutcome outcome) =>
        MayRepeat(exchange, outcome) && exchange.Attempts + 1 < plane.Options.MaxAttempts;

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

        return null;
    }

    private static LocalAnswer Failure(in AttemptOutcome outcome) => outcome.Result switch
    {
        AttemptResult.HeadTimeout => new LocalAnswer(504, "The backend did not answer in time."),
        AttemptResult.BadHead => new LocalAnswer(502, "The backend's answer was not valid HTTP."),
        AttemptResult.ConnectFailed => new LocalAnswer(503, "No backend of this service can take the request now.", RetryAfterSeconds: 1),
        _ => new LocalAnswer(502, "The backend closed the connection before it answered."),
    };
}
