using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using PipeProxy.Core.Http;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>How a response body's way to the client ended.</summary>
internal enum CopyEnd : byte
{
    /// <summary>All of it was handed to the client's connection.</summary>
    Complete,

    /// <summary>The backend ended or broke it in the middle, or its framing turned bad: the client must be able to tell.</summary>
    Cut,

    /// <summary>The client takes no more.</summary>
    ClientGone,
}

/// <summary>
/// Copies a response body from a backend to the client, with back-pressure, re-framed for this client. The head is
/// already in the client's output and goes out in the same send as the first bytes.
/// </summary>
internal static class ResponseBody
{
    /// <summary>Up to this many bytes are put behind the head in one send; more are handed over as they lie.</summary>
    private const int InlineCopyBytes = 8192;

    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    public static async ValueTask<CopyEnd> CopyAsync(Exchange exchange, UpstreamConnection upstream, BodyKind clientKind)
    {
        ResponseHead head = upstream.Head;
        ClientWriter client = exchange.Writer;
        BodyKind kind = head.BodyKind;
        if (kind == BodyKind.None || (kind == BodyKind.Length && head.ContentLength == 0))
        {
            return await client.FlushAsync() ? CopyEnd.Complete : CopyEnd.ClientGone;
        }

        PipeReader input = upstream.Connection.Input;
        ChunkScanner scanner = kind == BodyKind.Chunked ? new ChunkScanner(exchange.Plane.Limits) : default;
        TrailerSection? trailers = kind == BodyKind.Chunked && clientKind == BodyKind.Chunked ? exchange.ResponseTrailers : null;
        if (trailers is not null)
        {
            trailers.Message = head;
        }

        long remaining = head.ContentLength;
        bool done = false;
        bool unflushed = true;
        try
        {
            while (!done)
            {
                if (!input.TryRead(out ReadResult result))
                {
                    // Nothing right now: the head must not wait for it.
                    if (unflushed && !await client.FlushAsync())
                    {
                        return CopyEnd.ClientGone;
                    }

                    unflushed = false;
                    int idleLimit = exchange.EntryPoint.Options.ResponseBodyTimeout;
                    if (idleLimit > 0)
                    {
                        exchange.Lease.CutIn(idleLimit);
                    }

                    result = await input.ReadAsync();
                    if (idleLimit > 0)
                    {
                        exchange.Lease.CutIn(0);
                    }
                }

                if (exchange.IsClientGone)
                {
                    input.AdvanceTo(result.Buffer.Start);
                    return CopyEnd.ClientGone;
                }

                ReadOnlySequence<byte> rest = result.Buffer;
                while (!done)
                {
                    ChunkResult step = NextRun(kind, ref scanner, ref remaining, ref rest, out ReadOnlySequence<byte> data, trailers);
                    if (step == ChunkResult.Rejected)
                    {
                        input.AdvanceTo(rest.Start);
                        await client.FlushAsync();
                        return CopyEnd.Cut;
                    }

                    if (step == ChunkResult.Data && !(data.Length <= InlineCopyBytes || exchange.BodyFilter is not null
                        ? client.Write(data, clientKind, exchange.BodyFilter)
                        : await client.WriteLargeAsync(data, clientKind)))
                    {
                        input.AdvanceTo(rest.Start);
                        return CopyEnd.ClientGone;
                    }

                    done = step == ChunkResult.Done || (kind == BodyKind.Length && remaining == 0);
                    if (step == ChunkResult.NeedMore)
                    {
                        break;
                    }
                }

                input.AdvanceTo(rest.Start, done ? rest.Start : rest.End);
                if (result.IsCompleted && !done)
                {
                    // An end is the end of the body only where nothing else frames it, and only if the backend sent it.
                    if (kind != BodyKind.UntilClose || upstream.Connection.IsAborted)
                    {
                        await client.FlushAsync();
                        return CopyEnd.Cut;
                    }

                    done = true;
                }

                if (!done)
                {
                    unflushed = false;
                    if (!await client.FlushAsync())
                    {
                        return CopyEnd.ClientGone;
                    }

                    exchange.NoteProgress();
                }
            }
        }
        catch (Exception e) when (ConnectionFault.Is(e))
        {
            // The client's writer never throws: this is the backend's reset.
            await client.FlushAsync();
            return CopyEnd.Cut;
        }

        client.WriteEnd(clientKind, exchange.BodyFilter, trailers);
        trailers?.Reset();
        return await client.FlushAsync() ? CopyEnd.Complete : CopyEnd.ClientGone;
    }

    /// <summary>The next run of payload; moves <paramref name="rest"/> behind it.</summary>
    private static ChunkResult NextRun(
        BodyKind kind, ref ChunkScanner scanner, ref long remaining, ref ReadOnlySequence<byte> rest, out ReadOnlySequence<byte> data, TrailerSection? trailers)
    {
        if (kind == BodyKind.Chunked)
        {
            ChunkResult step = scanner.Next(rest, out SequencePosition consumed, out data, trailers);
            rest = rest.Slice(consumed);
            return step;
        }

        data = kind == BodyKind.Length && rest.Length > remaining ? rest.Slice(0, remaining) : rest;
        if (kind == BodyKind.Length)
        {
            remaining -= data.Length;
        }

        rest = rest.Slice(data.End);
        return data.IsEmpty ? ChunkResult.NeedMore : ChunkResult.Data;
    }
}
