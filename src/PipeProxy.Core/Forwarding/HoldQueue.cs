namespace PipeProxy.Core.Forwarding;

/// <summary>How a wait in the hold queue ended.</summary>
internal enum HoldEnd : byte
{
    /// <summary>Look again: the set changed, or it is time to.</summary>
    LookAgain,

    /// <summary>It waited for as long as a request may.</summary>
    TimedOut,

    /// <summary>Too many wait already.</summary>
    Full,

    /// <summary>The client went away.</summary>
    ClientGone,
}

/// <summary>
/// Requests of one service that wait for a usable backend, with their bodies unread. They are woken in the order in
/// which they came, by a change of the backend set, else every <see cref="ForwardingOptions.HoldRetryInterval"/>.
/// </summary>
internal sealed class HoldQueue(ForwardingOptions options)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<HeldRequest> _waiting = new();

    /// <summary>Requests that wait now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Waits once. The request's time in all is bounded by <see cref="ForwardingOptions.HoldTime"/>.</summary>
    public async ValueTask<HoldEnd> WaitAsync(Exchange exchange)
    {
        long now = exchange.Client.Worker.Timers.NowMilliseconds;
        if (exchange.HeldSince == 0)
        {
            exchange.HeldSince = Math.Max(1, now);
        }

        long left = exchange.HeldSince + options.HoldTime - now;
        if (left <= 0)
        {
            return HoldEnd.TimedOut;
        }

        HeldRequest held = new(exchange.Client.Worker);
        LinkedListNode<HeldRequest> place;
        lock (_gate)
        {
            if (_waiting.Count >= options.HoldLength)
            {
                return HoldEnd.Full;
            }

            place = _waiting.AddLast(held);
        }

        exchange.Held = held;
        try
        {
            if (exchange.Client.IsPeerClosed || exchange.IsClientGone)
            {
                return HoldEnd.ClientGone;
            }

            await held.WaitAsync((int)Math.Min(left, options.HoldRetryInterval));
            return exchange.IsClientGone ? HoldEnd.ClientGone : HoldEnd.LookAgain;
        }
        finally
        {
            exchange.Held = null;
            lock (_gate)
            {
                if (place.List is not null)
                {
                    _waiting.Remove(place);
                }
            }
        }
    }

    /// <summary>The backend set changed: everybody looks again, first come first.</summary>
    public void WakeAll()
    {
        HeldRequest[] waiting;
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                return;
            }

            waiting = [.. _waiting];
        }

        foreach (HeldRequest held in waiting)
        {
            held.Wake();
        }
    }
}
