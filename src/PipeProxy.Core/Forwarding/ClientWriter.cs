using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using PipeProxy.Core.Http;
using PipeProxy.Core.Middleware;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// Writes to one client. A client that takes no byte for <see cref="ForwardingOptions.ClientWriteTimeout"/> is cut; a
/// broken connection is the answer false, never an exception.
/// </summary>
internal sealed class ClientWriter
{
    private readonly Connection _connection;
    private readonly ForwardingOptions _options;
    private readonly Deadline _deadline;
    private ArrayBufferWriter<byte>? _filtered;
    private volatile bool _isWaiting;

    public ClientWriter(Connection connection, ForwardingOptions options)
    {
        _connection = connection;
        _options = options;
        _deadline = new Deadline(connection.Worker.Timers, static c => ((Connection)c).Abort(), connection);
    }

    public PipeWriter Output => _connection.Output;

    /// <summary>True while bytes wait for the client to take them: it has been given the answer, and is slow.</summary>
    public bool IsWaiting => _isWaiting;

    /// <summary>Hands over what was written; false when the client is gone.</summary>
    public ValueTask<bool> FlushAsync()
    {
        ValueTask<FlushResult> flush;
        try
        {
            flush = Output.FlushAsync();
        }
        catch (Exception e) when (ConnectionFault.Is(e))
        {
            return new ValueTask<bool>(false);
        }

        return flush.IsCompletedSuccessfully ? new ValueTask<bool>(!flush.Result.IsCompleted) : AwaitFlushAsync(flush);
    }

    /// <summary>Writes a run of payload, framed, behind what is there; no flush.</summary>
    public bool Write(in ReadOnlySequence<byte> data, BodyKind kind, BodyFilter? filter)
    {
        if (filter is null)
        {
            WriteFramed(data, kind);
            return true;
        }

        _filtered ??= new ArrayBufferWriter<byte>();
        filter.Transform(data, _filtered);
        WriteFiltered(kind);
        return true;
    }

    /// <summary>Writes a long run from where it lies, with back-pressure.</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    public async ValueTask<bool> WriteLargeAsync(ReadOnlySequence<byte> data, BodyKind kind)
    {
        if (kind == BodyKind.Chunked)
        {
            HeadWriter.WriteChunkHeader(Output, data.Length);
        }

        SequencePosition next = data.Start;
        while (data.TryGet(ref next, out ReadOnlyMemory<byte> segment))
        {
            if (segment.Length > 0 && !await WriteSegmentAsync(segment))
            {
                return false;
            }
        }

        if (kind == BodyKind.Chunked)
        {
            Output.Write("\r\n"u8);
        }

        return true;
    }

    /// <summary>The body is over: the filter's rest, the last chunk.</summary>
    public void WriteEnd(BodyKind kind, BodyFilter? filter, TrailerSection? trailers)
    {
        if (filter is not null)
        {
            _filtered ??= new ArrayBufferWriter<byte>();
            filter.Complete(_filtered);
            WriteFiltered(kind);
        }

        if (kind == BodyKind.Chunked)
        {
            HeadWriter.WriteLastChunk(Output, trailers);
        }
    }

    /// <summary>The connection ends.</summary>
    public void Dispose() => _deadline.Remove();

    private void WriteFiltered(BodyKind kind)
    {
        if (_filtered!.WrittenCount > 0)
        {
            WriteFramed(new ReadOnlySequence<byte>(_filtered.WrittenMemory), kind);
            _filtered.ResetWrittenCount();
        }
    }

    private void WriteFramed(in ReadOnlySequence<byte> data, BodyKind kind)
    {
        if (kind == BodyKind.Chunked)
        {
            HeadWriter.WriteChunkHeader(Output, data.Length);
        }

        foreach (ReadOnlyMemory<byte> segment in data)
        {
            Output.Write(segment.Span);
        }

        if (kind == BodyKind.Chunked)
        {
            Output.Write("\r\n"u8);
        }
    }

    private ValueTask<bool> WriteSegmentAsync(ReadOnlyMemory<byte> segment)
    {
        ValueTask<FlushResult> write;
        try
        {
            write = Output.WriteAsync(segment);
        }
        catch (Exception e) when (ConnectionFault.Is(e))
        {
            return new ValueTask<bool>(false);
        }

        return write.IsCompletedSuccessfully ? new ValueTask<bool>(!write.Result.IsCompleted) : AwaitFlushAsync(write);
    }

    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private async ValueTask<bool> AwaitFlushAsync(ValueTask<FlushResult> flush)
    {
        _isWaiting = true;
        _deadline.Set(_options.ClientWriteTimeout);
        try
        {
            return !(await flush).IsCompleted;
        }
        catch (Exception e) when (ConnectionFault.Is(e))
        {
            return false;
        }
        finally
        {
            _isWaiting = false;
            _deadline.Clear();
        }
    }
}
