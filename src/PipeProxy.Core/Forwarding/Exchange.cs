using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Http;
using PipeProxy.Core.Middleware;
using PipeProxy.Core.Routing;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// One request and its answer, from the client's head to the last byte. A connection has one, used again for each of
/// its requests, so that a request allocates nothing.
/// </summary>
public sealed class Exchange : IPeerClosedListener
{
    private readonly Deadline _grace;
    private Backend?[] _tried;
    private readonly List<KeyValuePair<string, string>> _answerFields = [];
    private readonly Deadline _upstreamDeadline;
    private UpstreamConnection? _upstream;
    private UpstreamConnection? _cuttable;
    private ValueTask<PumpEnd> _pump;
    private readonly Deadline _headDeadline;
    private volatile bool _awaitsHead;
    private int _underWay;
    private volatile bool _clientGone;

    internal Exchange(DataPlane plane, Connection client, EntryPoint entryPoint)
    {
        Plane = plane;
        Client = client;
        EntryPoint = entryPoint;
        Body = new RequestBody(client, plane.Limits, entryPoint.Options, plane.ReplayMemory);
        Writer = new ClientWriter(client, entryPoint.Options);
        _tried = new Backend?[Math.Max(1, entryPoint.Options.MaxAttempts)];
        _grace = new Deadline(client.Worker.Timers, static x => ((Exchange)x).OnClientGone(), this);
        _headDeadline = new Deadline(client.Worker.Timers, static x => ((Exchange)x).OnHeadDue(), this);
        _upstreamDeadline = new Deadline(client.Worker.Timers, static x => ((Exchange)x).OnUpstreamDue(), this);
        IPAddress? address = client.RemoteEndPoint?.Address;
        ClientAddressText = address is null ? [] : Encoding.ASCII.GetBytes(address.ToString());
        PeerIsTrusted = entryPoint.Trusts(address);
        client.SetPeerClosedListener(this);
    }

    /// <summary>The entry point the request came in by.</summary>
    public EntryPoint EntryPoint { get; }

    internal DataPlane Plane { get; }

    internal Connection Client { get; }

    internal byte[] ClientAddressText { get; }

    internal bool PeerIsTrusted { get; }

    internal RequestHead Head { get; } = new();

    internal RequestBody Body { get; }

    internal ClientWriter Writer { get; }

    internal TrailerSection ResponseTrailers { get; } = new();

    internal Route? Route { get; set; }

    /// <summary>The backend that answers, or is being asked.</summary>
    internal Backend? Backend { get; set; }

    /// <summary>The connection to it.</summary>
    internal UpstreamConnection? Upstream => Volatile.Read(ref _upstream);

    /// <summary>The connection can take a next request after this one.</summary>
    internal bool KeepAlive { get; set; }

    /// <summary>The hash of the usable backend that the client's cookie names; 0 = none, or not in our spelling.</summary>
    internal ulong AffinityHash { get; set; }

    /// <summary>An answer of our own; its fields are <see cref="AnswerFields"/>.</summary>
    internal LocalAnswer? Answer { get; private set; }

    /// <summary>Head of an answer of our own.</summary>
    internal ResponseHead LocalHead { get; } = new();

    internal List<KeyValuePair<string, string>> AnswerFields => _answerFields;

    /// <summary>Attempts that count towards the limit.</summary>
    internal int Attempts { get; set; }

    /// <summary>Instances tried since the request last waited.</summary>
    internal ReadOnlySpan<Backend?> Tried => _tried.AsSpan(0, TriedCount);

    internal int TriedCount { get; private set; }

    /// <summary>When the request first had to wait for a backend, in the worker's milliseconds; 0 = never.</summary>
    internal long HeldSince { get; set; }

    /// <summary>The place in the hold queue, while there is one.</summary>
    internal HeldRequest? Held { get; set; }

    internal bool ResponseHeadTimedOut { get; set; }

    /// <summary>The request body is being copied to a backend; end it with <see cref="EndPumpAsync"/> before anything else reads.</summary>
    internal bool IsPumping { get; private set; }

    /// <summary>How the last run of the pump ended.</summary>
    internal PumpEnd PumpEnd { get; private set; }

    /// <summary>A 100 (Continue) went to the client already.</summary>
    internal bool ContinueSent { get; set; }

    /// <summary>Some byte of the final response went out.</summary>
    internal bool ResponseStarted { get; set; }

    /// <summary>Filter of the response body; null = none.</summary>
    internal BodyFilter? BodyFilter { get; set; }

    /// <summary>The client went away: nothing more is done for it.</summary>
    internal bool IsClientGone => _clientGone;

    /// <summary>The middleware answers the request itself.</summary>
    internal void AnswerLocally(LocalAnswer answer) => Answer = answer;

    /// <summary>The middleware answers with what another server said; <paramref name="upstream"/> has its response head.</summary>
    internal void AnswerFrom(UpstreamConnection upstream) => Use(upstream);

    /// <summary>A request begins.</summary>
    internal void Begin()
    {
        KeepAlive = Head.KeepAlive;
        Body.Begin(Head);
        // A full fence: who hears of the client's end notes it and then asks whether a request is under way.
        Interlocked.Exchange(ref _underWay, 1);
        if (Client.IsPeerClosed)
        {
            _grace.Set(EntryPoint.Options.HalfCloseGrace);
        }
    }

    /// <summary>The client's connection was cut by us: nobody else tells the request that is under way.</summary>
    internal void Cancel()
    {
        _clientGone = true;
        CutUpstream();
        Held?.Wake();
    }

    /// <summary>The request is over; everything it held is let go.</summary>
    internal void End()
    {
        Volatile.Write(ref _underWay, 0);
        _grace.Clear();
        Body.Finish();
        Head.Reset();
        Route = null;
        Backend = null;
        Volatile.Write(ref _upstream, null);
        Volatile.Write(ref _cuttable, null);
        AffinityHash = 0;
        Answer = null;
        _answerFields.Clear();
        LocalHead.Reset();
        Attempts = 0;
        ForgetTried();
        HeldSince = 0;
        ContinueSent = false;
        ResponseStarted = false;
        ResponseHeadTimedOut = false;
        BodyFilter = null;
    }

    /// <summary>The connection ends.</summary>
    internal void Dispose()
    {
        Client.SetPeerClosedListener(null);
        Upstream?.Close();
        _grace.Remove();
        _headDeadline.Remove();
        _upstreamDeadline.Remove();
        Body.Dispose();
        Writer.Dispose();
        Head.Reset();
        ResponseTrailers.Reset();
        LocalHead.Reset();
    }

    /// <summary>Cutting the client's attempt cuts this connection from now on.</summary>
    internal void Use(UpstreamConnection? upstream)
    {
        Volatile.Write(ref _upstream, upstream);
        // A full fence: who cuts says that the client is gone and then looks for the connection.
        Interlocked.Exchange(ref _cuttable, upstream);
        if (_clientGone)
        {
            CutUpstream();
        }
    }

    /// <summary>
    /// Takes the connection back from the deadlines, which run on other threads, so that it can serve somebody else;
    /// false when one of them has cut it or is about to.
    /// </summary>
    internal bool TryRelease(UpstreamConnection upstream)
    {
        bool released = Interlocked.CompareExchange(ref _cuttable, null, upstream) == upstream;
        if (released)
        {
            Volatile.Write(ref _upstream, null);
        }

        return released;
    }

    internal void AddTried(Backend backend)
    {
        if (TriedCount == _tried.Length)
        {
            // Refused connections and instances that are gone do not count as attempts, so there may be more than those;
            // forgetting one would let a request go round for as long as everybody refuses.
            Array.Resize(ref _tried, _tried.Length * 2);
        }

        _tried[TriedCount++] = backend;
    }

    internal void ForgetTried()
    {
        Array.Clear(_tried, 0, TriedCount);
        TriedCount = 0;
    }

    /// <summary>Bytes went to the client: after its half-close the grace begins anew. Off in a tunnel.</summary>
    internal void NoteProgress()
    {
        if (Client.IsPeerClosed && _grace.Due != Deadline.Off)
        {
            _grace.Set(EntryPoint.Options.HalfCloseGrace);
        }
    }

    /// <summary>A tunnel passes half-closes on: they are no sign of leaving.</summary>
    internal void BecomeTunnel()
    {
        Volatile.Write(ref _underWay, 0);
        _grace.Clear();
    }

    /// <summary>Begins to copy the request body to <paramref name="upstream"/>, beside the reading of its answer.</summary>
    internal void StartPump(UpstreamConnection upstream)
    {
        IsPumping = true;
#pragma warning disable CA2012 // It is consumed exactly once, in EndPumpAsync.
        _pump = PumpAsync(upstream);
#pragma warning restore CA2012
    }

    /// <summary>Waits for the pump's end. Once after each <see cref="StartPump"/>.</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    internal async ValueTask<PumpEnd> EndPumpAsync()
    {
        PumpEnd = await _pump;
        _pump = default;
        IsPumping = false;
        return PumpEnd;
    }

    /// <summary>A hook does not want the answer whose head has come: it is cut, and the request can be sent again.</summary>
    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    internal async ValueTask<bool> DropAnswerAsync()
    {
        UpstreamConnection upstream = Upstream!;
        upstream.Close();
        if (IsPumping)
        {
            Body.Stop();
            await EndPumpAsync();
        }

        Use(null);
        return true;
    }

    /// <summary>A response head is awaited: its deadline, where there is one, counts from the end of the request.</summary>
    internal void AwaitHead(bool requestIsSent)
    {
        _awaitsHead = true;
        if (requestIsSent)
        {
            _headDeadline.Set(Plane.Options.ResponseHeadTimeout);
        }
    }

    /// <summary>It came, or the attempt is over.</summary>
    internal void EndAwaitHead()
    {
        _awaitsHead = false;
        _headDeadline.Clear();
    }

    /// <summary>Cuts the backend's connection after <paramref name="milliseconds"/>; 0 = not any more.</summary>
    internal void AbortUpstreamIn(int milliseconds) => _upstreamDeadline.Set(milliseconds);

    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private async ValueTask<PumpEnd> PumpAsync(UpstreamConnection upstream)
    {
        PumpEnd end = await Body.PumpAsync(upstream.Connection.Output);
        if (end is PumpEnd.Rejected or PumpEnd.TimedOut or PumpEnd.ClientGone)
        {
            // Cut without a last chunk or the full length: no backend can take the body as complete.
            upstream.Connection.Abort();
        }
        else if (end == PumpEnd.Complete && _awaitsHead)
        {
            _headDeadline.Set(Plane.Options.ResponseHeadTimeout);
            if (!_awaitsHead)
            {
                _headDeadline.Clear();
            }
        }

        return end;
    }

    private void OnUpstreamDue() => CutUpstream();

    private void OnHeadDue()
    {
        if (_awaitsHead)
        {
            ResponseHeadTimedOut = true;
            CutUpstream();
        }
    }

    private void CutUpstream() => Interlocked.Exchange(ref _cuttable, null)?.Connection.Abort();

    /// <inheritdoc/>
    void IPeerClosedListener.OnPeerClosed(Connection connection)
    {
        if (Volatile.Read(ref _underWay) == 0)
        {
            return;
        }

        if (Held is { } held)
        {
            _clientGone = true;
            held.Wake();
        }
        else
        {
            _grace.Set(EntryPoint.Options.HalfCloseGrace);
        }
    }

    private void OnClientGone()
    {
        if (Volatile.Read(ref _underWay) != 0 && Writer.IsWaiting)
        {
            // It is being sent to: were it gone, a reset would tell. Else its own write timeout ends it.
            _grace.Set(EntryPoint.Options.HalfCloseGrace);
        }
        else if (Volatile.Read(ref _underWay) != 0)
        {
            Cancel();
        }
    }
}
