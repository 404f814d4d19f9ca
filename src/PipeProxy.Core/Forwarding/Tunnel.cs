using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// After a 101: bytes flow both ways, opaque, with back-pressure; each side's half-close is passed on (rule 33). It
/// ends when both sides have ended, when one breaks, or after an hour (by default) without a byte.
/// </summary>
internal sealed class Tunnel
{
    private readonly Connection _client;
    private readonly Connection _backend;
    private readonly Deadline _idle;
    private readonly int _idleTimeout;

    public Tunnel(Connection client, Connection backend, int idleTimeout)
    {
        _client = client;
        _backend = backend;
        _idleTimeout = idleTimeout;
        _idle = new Deadline(client.Worker.Timers, static tunnel => ((Tunnel)tunnel).Cut(), this);
    }

    /// <summary>Runs until both directions have ended. Neither connection is of use afterwards.</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    public async ValueTask<bool> RunAsync()
    {
        _idle.Set(_idleTimeout);
        ValueTask<bool> up = FlowAsync(_client, _backend);
        bool downWell = await FlowAsync(_backend, _client);
        bool upWell = await up;
        _idle.Remove();
        return downWell && upWell;
    }

    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private async ValueTask<bool> FlowAsync(Connection from, Connection to)
    {
        PipeReader input = from.Input;
        try
        {
            while (true)
            {
                if (!input.TryRead(out ReadResult result))
                {
                    result = await input.ReadAsync();
                }

                _idle.Set(_idleTimeout);
                ReadOnlySequence<byte> buffer = result.Buffer;
                SequencePosition next = buffer.Start;
                bool taken = true;
                while (taken && buffer.TryGet(ref next, out ReadOnlyMemory<byte> segment))
                {
                    taken = segment.IsEmpty || !(await to.Output.WriteAsync(segment)).IsCompleted;
                }

                input.AdvanceTo(buffer.End);
                if (!taken)
                {
                    Cut();
                    return false;
                }

                if (result.IsCompleted)
                {
                    if (from.IsAborted)
                    {
                        Cut();
                        return false;
                    }

                    to.ShutdownSend();
                    return true;
                }
            }
        }
        catch (Exception e) when (ConnectionFault.Is(e))
        {
            Cut();
            return false;
        }
    }

    private void Cut()
    {
        _client.Abort();
        _backend.Abort();
    }
}
