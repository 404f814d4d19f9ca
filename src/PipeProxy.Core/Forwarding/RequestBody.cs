using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using PipeProxy.Core.Http;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// The body of one request on its way to a backend. Until a response head is accepted, and up to the replay size, its
/// bytes are examined and not consumed, so that a further attempt reads them again from the client's pipe.
/// </summary>
/// <remarks>
/// The pump may end while it holds a read result; the next run, or <see cref="Finish"/>, goes on from there. At most
/// one run is under way, and nobody else reads the client's pipe meanwhile.
/// </remarks>
internal sealed class RequestBody
{
    private const int InlineCopyBytes = 4096;
    private readonly Connection _client;
    private readonly HttpLimits _limits;
    private readonly ForwardingOptions _options;
    private readonly Deadline _deadline;

    private BodyKind _kind;
    private long _length;
    private long _remaining;
    private ChunkScanner _scanner;
    private RequestHead? _head;
    private readonly TrailerSection _trailers = new();

    private ReadOnlySequence<byte> _held;
    private bool _isHeld;
    private bool _heldIsLast;
    private long _offset;
    private bool _isKept;
    private bool _ended;
    private volatile bool _touched;
    private volatile bool _stop;
    private volatile bool _timedOut;

    public RequestBody(Connection client, HttpLimits limits, ForwardingOptions options, ReplayMemory replayMemory)
    {
        _client = client;
        _limits = limits;
        _options = options;
        Replay = new ReplayState(replayMemory, options.ReplayBytes);
        _deadline = new Deadline(client.Worker.Timers, static body => ((RequestBody)body).OnTimeout(), this);
    }

    public BodyKind Kind => _kind;

    /// <summary>Whether it can be read again.</summary>
    public ReplayState Replay { get; }

    /// <summary>Payload bytes of a body framed by length.</summary>
    public long Length => _length;

    /// <summary>What was wrong, after <see cref="PumpEnd.Rejected"/>.</summary>
    public HttpRejection Rejection { get; private set; }

    /// <summary>True while the body can be read again from its first byte.</summary>
    public bool CanReplay => _kind == BodyKind.None || Replay.IsOpen;

    /// <summary>True when it will be so until the end: a body of unknown length may still outgrow the replay size.</summary>
    public bool IsSureToReplay => _kind == BodyKind.None || (Replay.IsOpen && _kind == BodyKind.Length && _length <= _options.ReplayBytes);

    /// <summary>True once the last byte of the body was read (and, by the pump, written).</summary>
    public bool IsFullyRead => _kind == BodyKind.None || Volatile.Read(ref _ended);

    /// <summary>True when no byte of the body was seen yet.</summary>
    public bool IsUntouched => !_touched;

    /// <summary>The body of the request with this head, whose Connection field also says what is no trailer.</summary>
    public void Begin(RequestHead head)
    {
        _head = head;
        _kind = head.BodyKind == BodyKind.Length && head.ContentLength == 0 ? BodyKind.None : head.BodyKind;
        _length = head.ContentLength;
        Replay.Begin();
        _isKept = false;
        _touched = false;
        _timedOut = false;
        Rewind();
    }

    /// <summary>A further attempt reads the body from its first byte. Only while <see cref="CanReplay"/>.</summary>
    public void Rewind()
    {
        _offset = 0;
        _remaining = _length;
        _stop = false;
        Replay.EndClaim();
        if (_isKept && !_isHeld)
        {
            // What was examined is shown again only with a new byte of the client, or by this: it goes out at once.
            _client.Input.CancelPendingRead();
        }

        Volatile.Write(ref _ended, false);
        if (_kind == BodyKind.Chunked)
        {
            _scanner = new ChunkScanner(_limits);
            _trailers.Reset();
            _trailers.Message = _head;
        }
    }

    /// <summary>A response head was accepted: what was forwarded need not stay readable.</summary>
    public void CloseReplay() => Replay.Close();

    /// <summary>Ends the run that is under way; it returns soon. The caller aborts the backend's connection as well.</summary>
    public void Stop()
    {
        _stop = true;
        _client.Input.CancelPendingRead();
    }

    /// <summary>
    /// Copies the body to the backend; what is written before it goes out in the same flush. While the client is waited for,
    /// the clock of <paramref name="watch"/> stands still.
    /// </summary>
    public ValueTask<PumpEnd> PumpAsync(PipeWriter output, AttemptWatch watch) => RunAsync(output, watch, long.MaxValue);

    /// <summary>
    /// Reads the rest of the body and drops it, to keep the connection (rule 23). False when it is longer than
    /// <paramref name="limit"/> bytes, or bad, or does not come.
    /// </summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    public async ValueTask<bool> DrainAsync(long limit)
    {
        if (IsFullyRead)
        {
            return true;
        }

        CloseReplay();
        _stop = false;
        return await RunAsync(null, null, limit) == PumpEnd.Complete;
    }

    /// <summary>Lets go of what is held and consumes what was read. The next request's bytes stay.</summary>
    public void Finish()
    {
        if (_isHeld)
        {
            _isHeld = false;
            _client.Input.AdvanceTo(_held.GetPosition(_offset));
            _held = default;
        }

        _deadline.Clear();
        Replay.Release();
        _offset = 0;
        _kind = BodyKind.None;
        _trailers.Reset();
    }

    /// <summary>The connection ends.</summary>
    public void Dispose()
    {
        _deadline.Remove();
        Replay.Release();
        _trailers.Reset();
    }

    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private async ValueTask<PumpEnd> RunAsync(PipeWriter? output, AttemptWatch? watch, long limit)
    {
        bool unflushed = output is not null;
        long dropped = 0;
        bool reading = false;
        try
        {
            while (true)
            {
                while (_isHeld)
                {
                    ChunkResult step = NextRun(out ReadOnlySequence<byte> data);
                    if (step == ChunkResult.Rejected)
                    {
                        return PumpEnd.Rejected;
                    }

                    if (step == ChunkResult.Data && output is not null)
                    {
                        if (data.Length <= InlineCopyBytes)
                        {
                            RequestBodyWriter.WriteInline(output, data, _kind);
                            unflushed = true;
                        }
                        else if (!await RequestBodyWriter.WriteLargeAsync(output, data, _kind))
                        {
                            return PumpEnd.UpstreamGone;
                        }
                        else
                        {
                            unflushed = _kind == BodyKind.Chunked;
                        }
                    }
                    else if (step == ChunkResult.Data && (dropped += data.Length) > limit)
                    {
                        return PumpEnd.Stopped;
                    }

                    if (step == ChunkResult.Done || (_kind == BodyKind.Length && _remaining == 0))
                    {
                        if (_kind == BodyKind.Chunked && output is not null)
                        {
                            HeadWriter.WriteLastChunk(output, _trailers);
                        }

                        Volatile.Write(ref _ended, true);
                        if (output is not null && (await output.FlushAsync()).IsCompleted)
                        {
                            return PumpEnd.UpstreamGone;
                        }

                        return PumpEnd.Complete;
                    }

                    if (step == ChunkResult.NeedMore)
                    {
                        if (_heldIsLast)
                        {
                            return PumpEnd.ClientGone;
                        }

                        LetGo();
                    }
                }

                if (unflushed)
                {
                    unflushed = false;
                    if ((await output!.FlushAsync()).IsCompleted)
                    {
                        return PumpEnd.UpstreamGone;
                    }
                }

                if (_stop)
                {
                    return PumpEnd.Stopped;
                }

                reading = true;
                if (!_client.Input.TryRead(out ReadResult result))
                {
                    _deadline.Set(_options.BodyTimeout);
                    watch?.BeginPause();
                    result = await _client.Input.ReadAsync();
                    watch?.EndPause();
                    _deadline.Clear();
                }

                reading = false;

                _touched |= !result.Buffer.IsEmpty;
                _held = result.Buffer;
                _isHeld = true;
                _isKept = false;
                _heldIsLast = result.IsCompleted;
                if (result.IsCanceled)
                {
                    if (_timedOut)
                    {
                        return PumpEnd.TimedOut;
                    }

                    if (_stop)
                    {
                        return PumpEnd.Stopped;
                    }
                }
            }
        }
        catch (Exception e) when (ConnectionFault.Is(e))
        {
            // A read that throws is the client's end, a write that throws the backend's.
            return reading ? PumpEnd.ClientGone : PumpEnd.UpstreamGone;
        }
    }

    /// <summary>The next run of payload in what is held; moves the offset behind it.</summary>
    private ChunkResult NextRun(out ReadOnlySequence<byte> data)
    {
        ReadOnlySequence<byte> unseen = _held.Slice(_offset);
        if (_kind == BodyKind.Length)
        {
            data = unseen.Length > _remaining ? unseen.Slice(0, _remaining) : unseen;
            long taken = data.Length;
            _remaining -= taken;
            _offset += taken;
            return taken > 0 ? ChunkResult.Data : ChunkResult.NeedMore;
        }

        ChunkResult step = _scanner.Next(unseen, out SequencePosition consumed, out data, _trailers);
        _offset += unseen.Slice(0, consumed).Length;
        if (step == ChunkResult.Rejected)
        {
            Rejection = _scanner.Rejection;
        }

        return step;
    }

    /// <summary>All of what is held was used: give it back, consumed or (replay) only examined.</summary>
    private void LetGo()
    {
        _isHeld = false;
        _isKept = Replay.TryKeep(_offset);
        if (_isKept)
        {
            _client.Input.AdvanceTo(_held.Start, _held.End);
        }
        else
        {
            _client.Input.AdvanceTo(_held.GetPosition(_offset), _held.End);
            _offset = 0;
        }

        _held = default;
    }

    private void OnTimeout()
    {
        _timedOut = true;
        _client.Input.CancelPendingRead();
    }
}
