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
    private readonly List<KeyValuePair<string, string>> _answerFields = [];
    private ValueTask<PumpEnd> _pump;
    private int _underWay;
    private volatile bool _clientGone;

    internal Exchange(DataPlane plane, Connection client, EntryPoint entryPoint)
    {
        Plane = plane;
        Client = client;
        EntryPoint = entryPoint;
        Body = new RequestBody(client, plane.Limits, entryPoint.Options, plane.ReplayMemory);
        Writer = new ClientWriter(client, entryPoint.Options);
        Tried = new TriedBackends(entryPoint.Options.MaxAttempts);
        Lease = new UpstreamLease(this, client.Worker.Timers);
        _grace = new Deadline(client.Worker.Timers, static x => ((Exchange)x).OnClientGone(), this);
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
    internal UpstreamConnection? Upstream => Lease.Current;

    /// <summary>The connection to it, and what may cut it.</summary>
    internal UpstreamLease Lease { get; }

    /// <summary>What it holds at its service.</summary>
    internal ServiceVisit Visit { get; } = new();

    /// <summary>The attempt is the probe of a probing backend.</summary>
    internal ProbeAttempt? Probe { get; set; }

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

    /// <summary>That limit.</summary>
    internal int MaxAttempts { get; set; }

    /// <summary>Instances tried since the request last waited for one.</summary>
    internal TriedBackends Tried { get; }

    /// <summary>The place in the hold queue, while there is one.</summary>
    internal HeldRequest? Held { get; set; }

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
    internal void AnswerFrom(UpstreamConnection upstream) => Lease.Use(upstream);

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
        Lease.Cut();
        Held?.Wake();
    }

    /// <summary>
    /// It can be sent elsewhere: an attempt is left, and an instance of <paramref name="set"/> is free for it. Any thread;
    /// means something only while the attempt that was seen goes on.
    /// </summary>
    internal bool CanMoveOn(BackendSet set, Backend from) => Attempts + 1 < MaxAttempts && BackendChoice.IsAnotherFree(set, from, Tried);

    /// <summary>The request is over; everything it held is let go.</summary>
    internal void End()
    {
        Volatile.Write(ref _underWay, 0);
        _grace.Clear();
        Body.Finish();
        Head.Reset();
        Route = null;
        Backend = null;
        Lease.Clear();
        Visit.Leave();
        EndProbe();
        AffinityHash = 0;
        Answer = null;
        _answerFields.Clear();
        LocalHead.Reset();
        Attempts = 0;
        Tried.Clear();
        ContinueSent = false;
        ResponseStarted = false;
        BodyFilter = null;
    }

    /// <summary>The connection ends.</summary>
    internal void Dispose()
    {
        Client.SetPeerClosedListener(null);
        Lease.Dispose();
        Visit.Leave();
        EndProbe();
        _grace.Remove();
        Body.Dispose();
        Writer.Dispose();
        Head.Reset();
        ResponseTrailers.Reset();
        LocalHead.Reset();
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
        Visit.Leave();
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

        Lease.Use(null);
        return true;
    }

    [AsyncMethodBuilder(typeof(WorkerMethodBuilder<>))]
    private async ValueTask<PumpEnd> PumpAsync(UpstreamConnection upstream)
    {
        PumpEnd end = await Body.PumpAsync(upstream.Connection.Output, upstream.Watch);
        if (end is PumpEnd.Rejected or PumpEnd.TimedOut or PumpEnd.ClientGone)
        {
            // Cut without a last chunk or the full length: no backend can take the body as complete.
            upstream.Connection.Abort();
        }
        else if (end == PumpEnd.Complete)
        {
            upstream.Watch.NoteSent();
            Lease.NoteSent();
        }

        return end;
    }

    private void EndProbe()
    {
        // Over already, unless a defect has ended the request.
        Probe?.Abandon();
        Probe = null;
    }

    /// <inheritdoc/>
    void IPeerClosedListener.OnPeerClosed(Connection connection)
    {
        if (Volatile.Read(ref _underWay) == 0)
        {
            return;
        }

        if (Held is { } held)
        {
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
