using System.Runtime.CompilerServices;

namespace PipeProxy.Core.Transport;

/// <summary>Awaiting it resumes on <paramref name="worker"/>: the way back from work that was done elsewhere.</summary>
internal readonly struct WorkerHop(Worker worker) : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;

    public WorkerHop GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) => worker.Post(static c => ((Action)c!)(), continuation);
}
