using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using PipeProxy.Core.Http;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// A client's connection: reads heads, has each request forwarded, in order, until one side wants no more; then ends
/// so that the last answer arrives (rule 24).
/// </summary>
internal sealed class DownstreamConnection
{
    private readonly DataPlane _plane;
    private readonly Connection _connection;
    private readonly EntryPoint _entryPoint;
    private readonly Exchange _exchange;
    private readonly RequestHeadParser _parser;
    private readonly Deadline _deadline;
    private volatile bool _expired;
    private volatile bool _isIdle;

    public DownstreamConnection(DataPlane plane, Connection connection, EntryPoint entryPoint)
    {
        _plane = plane;
        _connection = connection;
        _entryPoint = entryPoint;
        _exchange = new Exchange(plane, connection, entryPoint);
        _parser = new RequestHeadParser(plane.Limits);
        _deadline = new Deadline(connection.Worker.Timers, static c => ((DownstreamConnection)c).OnDeadline(), this);
    }

    private enum HeadRead
    {
        /// <summary>A head is there.</summary>
        Request,

        /// <summary>It was refused; the answer is written.</summary>
        Refused,

        /// <summary>Nothing more comes, or nothing came in time.</summary>
        Closed,
    }

    /// <summary>Neighbours in the data plane's list of connections.</summary>
    public DownstreamConnection? Next { get; set; }

    /// <inheritdoc cref="Next"/>
    public DownstreamConnection? Previous { get; set; }

    /// <summary>Serves the connection until it has ended. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            HeadRead read = HeadRead.Closed;
            while (true)
            {
                read = await ReadHeadAsync();
                if (read != HeadRead.Request)
                {
                    break;
                }

                _exchange.Begin();
                _plane.Requests.Begin();
                bool goesOn;
                try
                {
                    goesOn = await _plane.Forwarder.ForwardAsync(_exchange);
                }
                finally
                {
                    _plane.Requests.End();
                }

                _exchange.End();
                if (!goesOn)
                {
                    break;
                }
            }

            if (!_connection.IsAborted)
            {
                await LingerAsync();
            }
        }
        catch (Exception e) when (ConnectionFault.Is(e))
        {
            _connection.Abort();
        }
        catch (Exception e)
        {
            // A defect of ours costs this connection, and no other.
            _plane.Log.Defect(e);
            _connection.Abort();
        }
        finally
        {
            _deadline.Remove();
            _exchange.Dispose();
            _connection.Dispose();
            _plane.Forget(this);
        }
    }

    /// <summary>The data plane drains: an idle connection ends after <paramref name="milliseconds"/> without a byte.</summary>
    public void ShortenIdle(int milliseconds)
    {
        if (_isIdle)
        {
            _deadline.Set(milliseconds);
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Abort()
    {
        _connection.Abort();
        _exchange.Cancel();
    }

    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private async ValueTask<HeadRead> ReadHeadAsync()
    {
        _parser.Reset();
        _expired = false;
        bool started = false;
        while (true)
        {
            if (!_connection.Input.TryRead(out ReadResult result))
            {
                if (!started)
                {
                    _isIdle = true;
                    Interlocked.MemoryBarrier(); // Drain says that it drains and then looks who is idle.
                    _deadline.Set(_entryPoint.Options.IdleTimeout);
                    if (_plane.IsDraining)
                    {
                        _deadline.Set(DataPlane.DrainIdleTimeout);
                    }
                }

                result = await _connection.Input.ReadAsync();
                _isIdle = false;
            }

            if (result.IsCanceled && _expired && (started || result.Buffer.IsEmpty))
            {
                _connection.Input.AdvanceTo(result.Buffer.Start);
                return started ? await RefuseAsync(new HttpRejection(408, "The request head did not come in time.")) : HeadRead.Closed;
            }

            HeadResult parsed = _parser.Parse(result.Buffer, _exchange.Head, out SequencePosition consumed, out SequencePosition examined);
            _connection.Input.AdvanceTo(consumed, examined);
            switch (parsed)
            {
                case HeadResult.Done:
                    _deadline.Clear();
                    return HeadRead.Request;
                case HeadResult.Rejected:
                    _deadline.Clear();
                    return await RefuseAsync(_parser.Rejection);
                default:
                    if (result.IsCompleted)
                    {
                        return HeadRead.Closed;
                    }

                    if (!started && _parser.HasStarted)
                    {
                        // From its first byte, and a total: a slow head cannot hold on byte by byte.
                        started = true;
                        _deadline.Set(_entryPoint.Options.HeadTimeout);
                    }

                    break;
            }
        }
    }

    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private async ValueTask<HeadRead> RefuseAsync(HttpRejection rejection)
    {
        _plane.Log.RequestRefused(_connection, rejection);
        HeadWriter.WriteError(
            _connection.Output, rejection.Status, rejection.Reason, close: true, _plane.Date.Now, retryAfterSeconds: 0,
            headRequest: _exchange.Head.Method == HttpMethod.Head);
        await _exchange.Writer.FlushAsync();
        return HeadRead.Refused;
    }

    /// <summary>Half-closes and reads on for a bounded time, so that a reset does not destroy the answer.</summary>
    private async Task LingerAsync()
    {
        _connection.ShutdownSend();
        await LastBytes.SentAsync(_connection, _entryPoint.Options.ClientWriteTimeout);
        _expired = false;
        _deadline.Set(_entryPoint.Options.LingerTimeout);
        while (!_expired)
        {
            ReadResult result = await _connection.Input.ReadAsync();
            _connection.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private void OnDeadline()
    {
        _expired = true;
        _connection.Input.CancelPendingRead();
    }
}
