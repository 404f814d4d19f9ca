using System.Runtime.CompilerServices;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Http;
using PipeProxy.Core.Middleware;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// One request's way.
/// <code>
///              client
///                |  head (parsed by DownstreamConnection)
///   1  fields    |  forwarding and hop-by-hop fields, loops
///   2  route     |  once a request                          no match: 404
///   3  request hooks                                        may answer at once
///                v
///   4  attempts  +--> choose: affinity, probe, ramp, ring, next tier     nobody, or others wait already: hold, then 503
///      |         +--> connect, or a pooled connection
///      |         +--> send: head, and body while it comes   (body stays readable)
///      |         +--> response head                          failed: again elsewhere, if rule 34 and the budget allow
///      |         |                                           backend ejected meanwhile: again elsewhere, or it waits on
///      v
///   5  response head: hooks, affinity cookie, framing for this client
///   6  body, or a tunnel after 101
///   7  end: rest of the request body, connections kept or closed
/// </code>
/// The method <see cref="ForwardAsync"/> carries the same numbers.
/// </summary>
internal sealed class RequestForwarder(DataPlane plane)
{
    private const int MaxAwaitedDrain = 2_000;

    /// <summary>Answers the request in <paramref name="exchange"/>; true when the client's connection can take the next one.</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    public async ValueTask<bool> ForwardAsync(Exchange exchange)
    {
        // 1. fields
        if (PrepareRequest(exchange) is { } rejection)
        {
            return await AnswerAsync(exchange, LocalAnswer.Of(rejection));
        }

        // 2. route
        exchange.Route = plane.FindRoute(exchange);
        if (exchange.Route is not { } route)
        {
            return await AnswerAsync(exchange, new LocalAnswer(404, "No router matches this request."));
        }

        // 3. request hooks
        if (route.Chain.HasRequestHooks && await route.Chain.OnRequestAsync(exchange) == HookVerdict.Answered)
        {
            return exchange.Answer is { } answer ? await AnswerAsync(exchange, answer) : await RelayAsync(exchange, exchange.Upstream!);
        }

        if (plane.AnswerOfInternalService(route.Service) is { } internalAnswer)
        {
            return await AnswerAsync(exchange, internalAnswer);
        }

        // 4. attempts
        UpstreamConnection? upstream = await plane.Attempts.RunAsync(exchange);
        if (upstream is null)
        {
            return exchange.Answer is { } failed && !exchange.IsClientGone ? await AnswerAsync(exchange, failed) : Cut(exchange);
        }

        // 5. to 7.
        return await RelayAsync(exchange, upstream);
    }

    /// <summary>Steps 5 to 7 for a response whose head <paramref name="upstream"/> has.</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private async ValueTask<bool> RelayAsync(Exchange exchange, UpstreamConnection upstream)
    {
        ResponseHead head = upstream.Head;

        // 5. response head
        if (head.Status == 101)
        {
            await TunnelAsync(exchange, upstream);
            return false;
        }

        if (exchange.Head.Method == HttpMethod.Head && head.BodyKind != BodyKind.None)
        {
            // The answer to a middleware's GET, for a client that asked by HEAD: its body stays unread.
            head.BodyKind = BodyKind.None;
            head.KeepAlive = false;
        }

        BodyKind clientKind = WriteResponseHead(exchange, head);

        // 6. body
        CopyEnd end = await ResponseBody.CopyAsync(exchange, upstream, clientKind);

        // 7. end
        bool requestComplete = await EndRequestBodyAsync(exchange, upstream, end);
        if (end == CopyEnd.Complete && requestComplete && head.KeepAlive && !upstream.Connection.IsAborted && exchange.Lease.TryRelease(upstream))
        {
            upstream.Backend.PoolOf(upstream.Connection.Worker).Return(upstream, head.KeepAliveTimeoutSeconds);
        }
        else if (end == CopyEnd.Complete && requestComplete)
        {
            upstream.End();
        }
        else
        {
            upstream.Close();
        }

        if (end == CopyEnd.Complete)
        {
            return exchange.KeepAlive && (requestComplete || await exchange.Body.DrainAsync(plane.Options.DrainBytes));
        }

        if (end == CopyEnd.Cut && !exchange.IsClientGone && !upstream.Backend.IsRetired && upstream.Backend.Backend == exchange.Backend)
        {
            upstream.Backend.Statistics.RecordCutBody(upstream.Connection.Worker.Index, upstream.Watch.Epoch);
        }

        plane.Log.ResponseCut(exchange, end);
        if (end == CopyEnd.ClientGone || clientKind == BodyKind.UntilClose)
        {
            // Framed by the end: only a reset tells the client that this is not it.
            exchange.Client.Abort();
        }

        return false;
    }

    private HttpRejection? PrepareRequest(Exchange exchange)
    {
        ForwardedFacts facts = new()
        {
            ClientAddress = exchange.ClientAddressText,
            PeerIsTrusted = exchange.PeerIsTrusted,
            IsTls = exchange.Client.Tls is not null,
            LocalPort = exchange.Client.LocalEndPoint?.Port ?? 0,
            ServerName = plane.ServerName,
            ViaPseudonym = plane.ViaPseudonym,
        };
        return FieldRules.PrepareRequest(exchange.Head, facts);
    }

    /// <summary>Writes the head for this client; says how the body is framed to it.</summary>
    private BodyKind WriteResponseHead(Exchange exchange, ResponseHead head)
    {
        FieldRules.PrepareResponse(head);
        if (exchange.Route is { } route)
        {
            WriteAffinity(exchange, route, head);
            if (route.Chain.HasResponseHooks)
            {
                route.Chain.OnResponse(exchange, head);
            }

            exchange.BodyFilter = route.Chain.FilterBody(exchange, head);
        }

        bool hasBody = head.BodyKind != BodyKind.None;
        BodyKind kind = head.BodyKind;
        if (hasBody && (kind != BodyKind.Length || exchange.BodyFilter is not null))
        {
            kind = exchange.Head.MinorVersion == 0 ? BodyKind.UntilClose : BodyKind.Chunked;
        }

        bool unasked = exchange.Head.ExpectContinue && !exchange.ContinueSent && !exchange.Body.IsFullyRead && exchange.Body.IsUntouched;
        if (kind == BodyKind.UntilClose || plane.IsDraining || unasked)
        {
            exchange.KeepAlive = false;
        }

        ResponseHeadFacts facts = new()
        {
            ClientMinorVersion = exchange.Head.MinorVersion,
            KeepAlive = exchange.KeepAlive,
            BodyKind = kind,
            ContentLength = head.ContentLength,
            Date = plane.Date.Now,
        };
        exchange.ResponseStarted = true;
        HeadWriter.WriteResponse(exchange.Writer.Output, head, facts);
        return kind;
    }

    /// <summary>The cookie is issued whenever the answering backend is not the one that the request's cookie names.</summary>
    private void WriteAffinity(Exchange exchange, Routing.Route route, ResponseHead head)
    {
        if (exchange.Backend is { } backend && plane.State.StateOf(route.Service)?.Affinity is { } affinity && exchange.AffinityHash != backend.AffinityHash)
        {
            affinity.WriteSetCookie(head, backend);
        }
    }

    /// <summary>The response is over; true when the request body is, too. Else the upload is stopped (rule 25).</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private static async ValueTask<bool> EndRequestBodyAsync(Exchange exchange, UpstreamConnection upstream, CopyEnd end)
    {
        if (!exchange.IsPumping)
        {
            return exchange.Body.IsFullyRead;
        }

        if (end != CopyEnd.Complete || !exchange.Body.IsFullyRead)
        {
            upstream.Connection.Abort();
            exchange.Body.Stop();
        }
        else
        {
            // The last bytes are written and their flush is about to end; a backend that answers without reading them
            // is not waited for.
            exchange.Lease.CutIn(MaxAwaitedDrain);
        }

        PumpEnd pump = await exchange.EndPumpAsync();
        exchange.Lease.CutIn(0);
        return pump == PumpEnd.Complete;
    }

    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private async ValueTask<bool> TunnelAsync(Exchange exchange, UpstreamConnection upstream)
    {
        // No tunnel byte before the request body is complete (rule 32).
        if (exchange.IsPumping && await exchange.EndPumpAsync() != PumpEnd.Complete)
        {
            upstream.Close();
            exchange.Client.Abort();
            return false;
        }

        FieldRules.PrepareResponse(upstream.Head);
        if (exchange.Route is { } route)
        {
            WriteAffinity(exchange, route, upstream.Head);
            route.Chain.OnResponse(exchange, upstream.Head);
        }

        HeadWriter.WriteSwitchingProtocols(exchange.Writer.Output, upstream.Head);
        exchange.ResponseStarted = true;
        exchange.Body.Finish();
        exchange.BecomeTunnel();
        bool well = await exchange.Writer.FlushAsync()
            && await new Tunnel(exchange.Client, upstream.Connection, plane.Options.TunnelIdleTimeout).RunAsync();
        if (well)
        {
            await LastBytes.SentAsync(upstream.Connection, exchange.EntryPoint.Options.ClientWriteTimeout);
        }

        upstream.Close();
        return well;
    }

    /// <summary>An answer of our own, through the response hooks.</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private async ValueTask<bool> AnswerAsync(Exchange exchange, LocalAnswer answer)
    {
        if (answer.Close || plane.IsDraining || !exchange.Body.CanReplay || exchange.Head.ExpectContinue
            || exchange.Body.Kind == BodyKind.Chunked || exchange.Body.Length > plane.Options.DrainBytes)
        {
            exchange.KeepAlive = false;
        }

        exchange.ResponseStarted = true;
        LocalAnswerWriter.Write(exchange, answer, plane.Date.Now);
        if (!await exchange.Writer.FlushAsync())
        {
            return false;
        }

        return exchange.KeepAlive && (exchange.Body.IsFullyRead || await exchange.Body.DrainAsync(plane.Options.DrainBytes));
    }

    /// <summary>No answer can be given: the client is gone, or its own message broke.</summary>
    private static bool Cut(Exchange exchange)
    {
        exchange.Client.Abort();
        return false;
    }
}
