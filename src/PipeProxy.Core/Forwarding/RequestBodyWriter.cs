using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using PipeProxy.Core.Http;

namespace PipeProxy.Core.Forwarding;

/// <summary>Writes runs of a request body's payload to a backend, framed as the request's head says.</summary>
internal static class RequestBodyWriter
{
    /// <summary>Writes a short run behind what is there; no flush.</summary>
    public static void WriteInline(PipeWriter output, in ReadOnlySequence<byte> data, BodyKind kind)
    {
        if (kind == BodyKind.Chunked)
        {
            HeadWriter.WriteChunkHeader(output, data.Length);
        }

        foreach (ReadOnlyMemory<byte> segment in data)
        {
            output.Write(segment.Span);
        }

        if (kind == BodyKind.Chunked)
        {
            output.Write("\r\n"u8);
        }
    }

    /// <summary>Writes a long run from where it lies, with back-pressure; false when the backend takes no more.</summary>
    [AsyncMethodBuilder(typeof(Transport.WorkerMethodBuilder<>))]
    public static async ValueTask<bool> WriteLargeAsync(PipeWriter output, ReadOnlySequence<byte> data, BodyKind kind)
    {
        if (kind == BodyKind.Chunked)
        {
            HeadWriter.WriteChunkHeader(output, data.Length);
        }

        SequencePosition next = data.Start;
        while (data.TryGet(ref next, out ReadOnlyMemory<byte> segment))
        {
            if (segment.Length > 0 && (await output.WriteAsync(segment)).IsCompleted)
            {
                return false;
            }
        }

        if (kind == BodyKind.Chunked)
        {
            output.Write("\r\n"u8);
        }

        return true;
    }
}
