using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// Requests of one service that wait, with their bodies unread, across all workers. First come, first served: a request
/// keeps its place until it is admitted, its time is over, or its client has left.
/// </summary>
/// <remarks>
/// When a backend appears, those who waited for one go out in order, at most <see cref="FirstRelease"/> under way a backend
/// at first and one more for each answer, so that a service that has just come back is not run over.
/// </remarks>
internal sealed class HoldQueue(Service service, DataPlane plane, RetryBudget budget)
{
    /// <summary>Released requests under way at first, for each backend that takes requests.</summary>
    public const int FirstRelease = 10;

    private readonly Lock _gate = new();
    private readonly LinkedList<HeldRequest> _line = new();
    private readonly LinkedList<HeldRequest> _repeats = new();
    private BackendSet? _seen;
    private long _places;
    private int _released;
    private int _limit;
    private volatile bool _hasLine;
    private volatile bool _hasRepeats;

    /// <summary>Requests that wait now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _line.Count + _repeats.Count;
            }
        }
    }

    /// <summary>Somebody waits for a backend: a newcomer lines up.</summary>
    public bool HasLine => _hasLine;

    /// <summary>Waits until it is the request's turn; its waits in all are bounded by the service's hold time.</summary>
    public async ValueTask<HoldEnd> WaitAsync(Exchange exchange, HoldReason reason)
    {
        ServiceDefinition? definition = plane.State.StateOf(service)?.Definition;
        double holdTime = definition?.HoldTime?.TotalMilliseconds ?? plane.Options.HoldTime;
        int holdLength = definition?.HoldLength ?? plane.Options.HoldLength;
        long now = exchange.Client.Worker.Timers.ReadClock();
        if (exchange.Visit.Ticket.Place == 0)
        {
            exchange.Visit.Ticket = new HoldTicket(Interlocked.Increment(ref _places), now);
        }

        double left = Math.Min(exchange.Visit.Ticket.Since + holdTime - now, int.MaxValue);
        if (left <= 0)
        {
            return HoldEnd.TimedOut;
        }

        HeldRequest held = new(exchange.Client.Worker) { Reason = reason, Place = exchange.Visit.Ticket.Place };
        if (!TryEnter(held, holdLength))
        {
            return HoldEnd.Full;
        }

        exchange.Held = held;
        bool waits = true;
        try
        {
            Admit();
            waits = !exchange.Client.IsPeerClosed && !exchange.IsClientGone;
            if (waits)
            {
                await held.WaitAsync((int)Math.Max(1, reason == HoldReason.NoInstance ? Math.Min(left, plane.Options.HoldRetryInterval) : left));
            }
        }
        finally
        {
            exchange.Held = null;
            if (!Leave(held))
            {
                exchange.Visit.NoteAdmitted(reason);
            }
        }

        bool admitted = exchange.Visit.IsAdmitted || (reason == HoldReason.NoInstance && waits);
        return exchange.IsClientGone ? HoldEnd.ClientGone
            : exchange.Client.IsPeerClosed ? HoldEnd.ClientEnded
            : admitted ? HoldEnd.Admitted
            : HoldEnd.TimedOut;
    }

    /// <summary>The set may have changed: repeats look again, and those who waited for a backend are released.</summary>
    public void OnChange(BackendSet? set)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_seen, set))
            {
                return;
            }

            _seen = set;
            foreach (HeldRequest held in _repeats)
            {
                if (held.Reason == HoldReason.NoInstance)
                {
                    held.Wake();
                }
            }
        }

        Admit();
    }

    /// <summary>A released request has its answer, or failed: the next ones go out.</summary>
    public void EndRelease(bool answered)
    {
        lock (_gate)
        {
            _released--;
            _limit += answered && _line.Count > 0 ? 1 : 0;
        }

        Admit();
    }

    /// <summary>A place in the budget is free.</summary>
    public void OnBudgetReturned()
    {
        // A full fence was the return of the place; who waits says so and then looks for a place.
        if (_hasRepeats)
        {
            Admit();
        }
    }

    private bool TryEnter(HeldRequest held, int holdLength)
    {
        lock (_gate)
        {
            if (_line.Count + _repeats.Count >= holdLength)
            {
                return false;
            }

            LinkedList<HeldRequest> list = held.Reason == HoldReason.NoBackend ? _line : _repeats;
            LinkedListNode<HeldRequest>? before = list.Last;
            while (before is not null && before.Value.Place > held.Place)
            {
                before = before.Previous;
            }

            if (before is null)
            {
                list.AddFirst(held);
            }
            else
            {
                list.AddAfter(before, held);
            }

            Note();
            return true;
        }
    }

    /// <summary>Leaves the queue; false where it was admitted already.</summary>
    private bool Leave(HeldRequest held)
    {
        lock (_gate)
        {
            bool left = (held.Reason == HoldReason.NoBackend ? _line : _repeats).Remove(held);
            Note();
            return left;
        }
    }

    private void Admit()
    {
        lock (_gate)
        {
            BackendSet? set = plane.State.SetOf(service);
            int backends = set is null ? 0 : set.Ring.Count + set.Ramping.Length;
            if (backends > 0 && _line.Count > 0)
            {
                _limit = Math.Max(_limit, FirstRelease * backends);
                while (_line.First is { } first && _released < _limit)
                {
                    _line.RemoveFirst();
                    _released++;
                    first.Value.Wake();
                }
            }

            LinkedListNode<HeldRequest>? next = _repeats.First;
            while (next is { } repeat)
            {
                next = repeat.Next;
                if (repeat.Value.Reason == HoldReason.NoBudget)
                {
                    if (!budget.TryTake())
                    {
                        break;
                    }

                    _repeats.Remove(repeat);
                    repeat.Value.Wake();
                }
            }

            Note();
        }
    }

    private void Note()
    {
        _hasLine = _line.Count > 0;
        _hasRepeats = _repeats.Count > 0;
        if (_line.Count == 0)
        {
            // The next time somebody waits, it begins anew.
            _limit = 0;
        }
    }
}
