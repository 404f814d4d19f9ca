using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>One wait of one request. It resumes on the request's worker.</summary>
internal sealed class HeldRequest(Worker worker)
{
    private readonly TaskCompletionSource _woken = new();
    private int _posted;

    /// <summary>Why it waits in a hold queue.</summary>
    public HoldReason Reason { get; init; }

    /// <summary>Its place in the order of those who wait.</summary>
    public long Place { get; init; }

    /// <summary>Ends after <paramref name="milliseconds"/>, or as soon as somebody wakes it.</summary>
    public async Task WaitAsync(int milliseconds)
    {
        Deadline deadline = new(worker.Timers, static held => ((HeldRequest)held).Wake(), this);
        deadline.Set(milliseconds);
        await _woken.Task.ConfigureAwait(false);
        deadline.Remove();
    }

    /// <summary>Ends the wait. Any thread, any number of times.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _posted, 1) == 0)
        {
            worker.Post(static held => ((HeldRequest)held!)._woken.TrySetResult(), this);
        }
    }
}
