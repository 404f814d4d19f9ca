namespace PipeProxy.Core.Forwarding;

/// <summary>What one request holds at its service: it is counted, waits in order, and takes a place in the retry budget.</summary>
internal sealed class ServiceVisit
{
    private ServiceRuntime? _service;
    private bool _isReleased;
    private bool _hasRetryPlace;

    /// <summary>Its place among the held requests, and since when its time runs.</summary>
    public HoldTicket Ticket { get; set; }

    /// <summary>The hold queue let it go, or gave it a place in the budget, since it last waited.</summary>
    public bool IsAdmitted => _isReleased || _hasRetryPlace;

    /// <summary>The first attempt begins: it is one of the service's active requests until <see cref="Leave"/>.</summary>
    public ServiceRuntime Enter(ServiceRuntime service)
    {
        _service = service;
        service.Active.Increment();
        return service;
    }

    /// <summary>It was let go: it counts among those under way until its answer, or has its place in the budget.</summary>
    public void NoteAdmitted(HoldReason reason)
    {
        _isReleased |= reason == HoldReason.NoBackend;
        _hasRetryPlace |= reason == HoldReason.NoBudget;
    }

    /// <summary>Takes a place in the retry budget, where it has none; false where none is free.</summary>
    public bool TryTakeRetryPlace() => _hasRetryPlace || (_hasRetryPlace = _service!.Budget.TryTake());

    /// <summary>The repeat is over, or waits.</summary>
    public void ReturnRetryPlace()
    {
        if (_hasRetryPlace)
        {
            _hasRetryPlace = false;
            _service!.Budget.Return();
            _service.Hold.OnBudgetReturned();
        }
    }

    /// <summary>It is not among those under way any more: it has its answer, or none, or waits again.</summary>
    public void EndRelease(bool answered)
    {
        if (_isReleased)
        {
            _isReleased = false;
            _service!.Hold.EndRelease(answered);
        }
    }

    /// <summary>The request is over, or has become a tunnel.</summary>
    public void Leave()
    {
        if (_service is { } service)
        {
            ReturnRetryPlace();
            EndRelease(answered: false);
            service.Active.Decrement();
            _service = null;
        }

        Ticket = default;
    }
}
