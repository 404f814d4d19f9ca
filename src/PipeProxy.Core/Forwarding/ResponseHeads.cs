using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using PipeProxy.Core.Http;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>Reads response heads from a backend: interim ones are passed on, until a final one (or a 101) comes.</summary>
internal static class ResponseHeads
{
    /// <summary>More interim responses than this to one request are no conversation.</summary>
    private const int MaxInterim = 32;

    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    public static async ValueTask<AttemptOutcome> ReadFinalAsync(Exchange exchange, UpstreamConnection upstream)
    {
        PipeReader input = upstream.Connection.Input;
        int interim = 0;
        bool heard = false;
        upstream.HeadParser.Reset();
        try
        {
            while (true)
            {
                if (!input.TryRead(out ReadResult result))
                {
                    result = await input.ReadAsync();
                }

                heard |= !result.Buffer.IsEmpty;
                HeadResult parsed = upstream.HeadParser.Parse(
                    result.Buffer, upstream.Head, exchange.Head.Method, out SequencePosition consumed, out SequencePosition examined);
                input.AdvanceTo(consumed, examined);
                if (parsed == HeadResult.Rejected)
                {
                    return new AttemptOutcome(AttemptResult.BadHead, true, false, upstream.HeadParser.Rejection.Reason);
                }

                if (parsed == HeadResult.Done)
                {
                    if (upstream.Head.Status >= 200)
                    {
                        return new AttemptOutcome(AttemptResult.Answered, true, false, "");
                    }

                    if (upstream.Head.Status == 101)
                    {
                        return IsAskedUpgrade(exchange.Head, upstream.Head)
                            ? new AttemptOutcome(AttemptResult.Answered, true, false, "")
                            : new AttemptOutcome(AttemptResult.BadHead, true, false, "101 for a protocol that was not asked for.");
                    }

                    if (++interim > MaxInterim)
                    {
                        return new AttemptOutcome(AttemptResult.BadHead, true, false, "Too many interim responses.");
                    }

                    await PassOnAsync(exchange, upstream.Head);
                    upstream.Head.Reset();
                    upstream.HeadParser.Reset();
                }
                else if (result.IsCompleted)
                {
                    return Ended(exchange, upstream, heard, upstream.HeadParser.HasStarted ? "The connection ended inside the head." : "The connection ended.");
                }
            }
        }
        catch (Exception e) when (ConnectionFault.Is(e))
        {
            return Ended(exchange, upstream, heard, e.Message);
        }
    }

    private static AttemptOutcome Ended(Exchange exchange, UpstreamConnection upstream, bool heard, string detail) =>
        exchange.Lease.HeadTimedOut
            ? new AttemptOutcome(AttemptResult.HeadTimeout, true, false, "No response head within the limit.")
            : new AttemptOutcome(AttemptResult.ClosedBeforeHead, true, upstream.IsReused && !heard, detail);

    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private static async ValueTask<bool> PassOnAsync(Exchange exchange, ResponseHead head)
    {
        bool isContinue = head.Status == 100;
        // Never to a 1.0 client (rule 31); one 100 is enough, however many backends were tried.
        if (exchange.Head.MinorVersion == 0 || (isContinue && (exchange.ContinueSent || !exchange.Head.ExpectContinue)))
        {
            return true;
        }

        exchange.ContinueSent |= isContinue;
        FieldRules.PrepareResponse(head);
        HeadWriter.WriteInterim(exchange.Writer.Output, head);
        return await exchange.Writer.FlushAsync();
    }

    /// <summary>Rule 32: the 101 names one of the protocols that were asked for.</summary>
    private static bool IsAskedUpgrade(RequestHead request, ResponseHead response)
    {
        if (!request.UpgradeRequested)
        {
            return false;
        }

        ReadOnlySpan<byte> given = response.UpgradeProtocol;
        ReadOnlySpan<byte> asked = request.UpgradeProtocol;
        while (!asked.IsEmpty)
        {
            int comma = asked.IndexOf((byte)',');
            ReadOnlySpan<byte> one = (comma < 0 ? asked : asked[..comma]).Trim(" \t"u8);
            if (!one.IsEmpty && System.Text.Ascii.EqualsIgnoreCase(one, given))
            {
                return true;
            }

            asked = comma < 0 ? default : asked[(comma + 1)..];
        }

        return false;
    }
}
