using System.Runtime.CompilerServices;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Http;
using PipeProxy.Core.Resilience;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>One attempt of one request on one backend: connection, request, response head, and what is learnt from it.</summary>
internal sealed class Attempt(DataPlane plane)
{
    private const int FailuresThatEject = 3;

    /// <summary>Runs it. Rule 35's repeat on a fresh connection is part of it.</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    public async ValueTask<AttemptOutcome> RunAsync(Exchange exchange, Backend backend, ServiceState service)
    {
        BackendRuntime runtime = plane.RuntimeOf(backend);
        long startedAt = plane.Clock.GetTimestamp();
        int epoch = runtime.Statistics.Epoch;
        bool isProbe = exchange.Probe is not null;
        bool mayBeSentAgain = service.MayBeSentAgain(exchange.Head);
        // Rule 36: who could not be sent again takes no connection that its backend may be about to close.
        UpstreamConnection? upstream = runtime.PoolOf(exchange.Client.Worker)
            .TryTake(mayBeSentAgain && exchange.Body.IsSureToReplay ? int.MaxValue : plane.Options.UnrepeatableIdleLimit);
        AttemptOutcome outcome;
        while (true)
        {
            if (upstream is null)
            {
                try
                {
                    upstream = await ConnectAsync(exchange, runtime, service, startedAt, epoch);
                }
                catch (Exception e) when (ConnectionFault.Is(e))
                {
                    outcome = new AttemptOutcome(AttemptResult.ConnectFailed, false, false, e.Message);
                    break;
                }

                if (upstream is null)
                {
                    outcome = new AttemptOutcome(AttemptResult.Rerouted, false, false, "It was taken out while it was being connected to.");
                    break;
                }
            }

            exchange.Lease.Use(upstream);
            upstream.Watch.Begin(exchange, startedAt, epoch, mayBeSentAgain);
            if (IsOvertaken(exchange, backend, service))
            {
                upstream.Watch.End();
                upstream.End();
                outcome = new AttemptOutcome(AttemptResult.Rerouted, false, false, "It was taken out just before.");
                break;
            }

            exchange.Probe?.Watch(upstream);
            outcome = await AskAsync(exchange, upstream, service);
            if (outcome.Result == AttemptResult.Answered)
            {
                break;
            }

            upstream.Close();
            if (!outcome.OnReusedConnection || !mayBeSentAgain || !exchange.Body.CanReplay || exchange.IsClientGone || runtime.IsRetired)
            {
                break;
            }

            // Rule 35: the keep-alive race, not the backend's fault. Once, on a fresh connection; not to an instance that
            // has just been taken out, which may be frozen (its kernel still accepts) or gone (nobody refuses).
            upstream = null;
            exchange.Body.Rewind();
        }

        Learn(exchange, runtime, service, epoch, outcome);
        return isProbe ? outcome with { IsProbe = true } : outcome;
    }

    /// <summary>A new connection; null where the attempt was sent elsewhere meanwhile.</summary>
    private async ValueTask<UpstreamConnection?> ConnectAsync(Exchange exchange, BackendRuntime runtime, ServiceState service, long startedAt, int epoch)
    {
        Backend backend = runtime.Backend;
        int timeout = BackendChoice.IsAnotherFree(service.Set, backend, exchange.Tried) ? plane.Options.ConnectTimeout : plane.Options.ConnectTimeoutAlone;
        if (exchange.Probe is { } probe)
        {
            timeout = Math.Min(timeout, probe.TimeLeft);
        }

        ConnectingAttempt connecting = new(exchange, startedAt, epoch);
        runtime.Waiting.Add(connecting);
        try
        {
            Task<Connection?> connected = connecting.RunAsync(plane.ConnectAsync(backend, exchange.Client.Worker, timeout));
            if (IsOvertaken(exchange, backend, service))
            {
                connecting.TryAbandon();
            }

            return await connected is { } connection ? runtime.Adopt(connection) : null;
        }
        finally
        {
            runtime.Waiting.Remove(connecting);
        }
    }

    /// <summary>
    /// The backend was ejected between the choice and now, so that nobody has seen this attempt there, and another one is
    /// free. No byte was sent.
    /// </summary>
    private bool IsOvertaken(Exchange exchange, Backend backend, ServiceState service)
    {
        BackendSet? now = plane.State.SetOf(service.Service);
        return !ReferenceEquals(now, service.Set) && now is not null
            && now.TryGetState(backend, out BackendState state) && state == BackendState.Ejected
            && service.Set.TryGetState(backend, out BackendState before) && before != BackendState.Ejected
            && exchange.CanMoveOn(now, backend);
    }

    /// <summary>Sends the request and reads heads until a final one.</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private async ValueTask<AttemptOutcome> AskAsync(Exchange exchange, UpstreamConnection upstream, ServiceState service)
    {
        WriteRequestHead(exchange, upstream, service);
        AttemptOutcome outcome;
        if (exchange.Body.Kind == BodyKind.None)
        {
            try
            {
                await upstream.Connection.Output.FlushAsync();
                upstream.Watch.NoteSent();
                exchange.Lease.AwaitHead(requestIsSent: true);
                outcome = await ResponseHeads.ReadFinalAsync(exchange, upstream);
            }
            catch (Exception e) when (ConnectionFault.Is(e))
            {
                outcome = new AttemptOutcome(AttemptResult.ClosedBeforeHead, true, upstream.IsReused, e.Message);
            }
        }
        else
        {
            exchange.Lease.AwaitHead(requestIsSent: false);
            exchange.StartPump(upstream);
            outcome = await ResponseHeads.ReadFinalAsync(exchange, upstream);
        }

        exchange.Lease.EndAwaitHead();
        outcome = outcome with
        {
            LatencyMicroseconds = upstream.Watch.LatencyAt(plane.Clock.GetTimestamp()),
            ClientWasAwaited = upstream.Watch.IsPaused,
        };
        if (!upstream.Watch.End())
        {
            // Somebody has sent it elsewhere, and cut the connection: whatever came on it is nobody's answer.
            outcome = outcome with { Result = AttemptResult.Rerouted, OnReusedConnection = false, Detail = "It was taken out: the request goes elsewhere." };
        }

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

    /// <summary>What the attempt says about its backend goes to the statistics; a row of failures, and a probe's end, to who decides.</summary>
    private void Learn(Exchange exchange, BackendRuntime runtime, ServiceState service, int epoch, in AttemptOutcome outcome)
    {
        AttemptSample? sample = SampleOf(exchange, runtime, outcome);
        if (exchange.Probe is { } probe)
        {
            exchange.Probe = null;
            EndProbe(probe, service, sample, outcome);
        }

        if (sample is not { } known)
        {
            return;
        }

        BackendStatistics statistics = runtime.Statistics;
        statistics.Record(exchange.Client.Worker.Index, epoch, known);
        // A node that refuses, or answers no connect, three times in a row is not there, whatever an expression tolerates.
        if (known.Failure != AttemptFailure.None
            && (statistics.ConnectFailuresInRow >= FailuresThatEject || (service.Breakers.IsEmpty && statistics.FailuresInRow >= FailuresThatEject))
            && plane.State.SetOf(service.Service) is { } set && set.TryGetState(runtime.Backend, out BackendState state)
            && state is BackendState.Up or BackendState.Ramping
            && runtime.MayReportFailures(plane.Clock.GetTimestamp()))
        {
            plane.Report(runtime.Backend, new BackendSignal(BackendSignalKind.FailedInRow, $"{statistics.FailuresInRow} attempts in a row failed, the last one: {outcome.Detail}"));
        }
    }

    /// <summary>Null: nobody's fault, the client's, or an instance that is being stopped; it says nothing about the backend.</summary>
    private static AttemptSample? SampleOf(Exchange exchange, BackendRuntime runtime, in AttemptOutcome outcome) => outcome.Result switch
    {
        AttemptResult.Answered => new AttemptSample(outcome.LatencyMicroseconds, exchange.Upstream!.Head.Status, AttemptFailure.None),
        _ when runtime.IsRetired || exchange.IsClientGone => null,
        AttemptResult.ConnectFailed => new AttemptSample(-1, 0, AttemptFailure.Connect),
        // A backend that gives up on an upload that does not come has not failed.
        AttemptResult.ClosedBeforeHead when outcome.ClientWasAwaited => null,
        AttemptResult.ClosedBeforeHead or AttemptResult.BadHead or AttemptResult.HeadTimeout => new AttemptSample(-1, 0, AttemptFailure.BeforeHead),
        _ => null,
    };

    private static void EndProbe(ProbeAttempt probe, ServiceState service, in AttemptSample? sample, in AttemptOutcome outcome)
    {
        if (sample is not { } known)
        {
            probe.Abandon();
        }
        else if (known.Failure != AttemptFailure.None)
        {
            probe.End(isGood: false, outcome.Detail);
        }
        else
        {
            probe.End(BreakerVerdicts.IsGoodProbe(service.Breakers, known), $"status {known.Status} after {known.LatencyMicroseconds / 1000} ms");
        }
    }
}
