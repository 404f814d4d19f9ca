using System.IO.Pipelines;

namespace PipeProxy.Core.Transport.Memory;

/// <summary>Resumes what waits for a pipe on a worker.</summary>
internal sealed class WorkerScheduler(Worker worker) : PipeScheduler
{
    public override void Schedule(Action<object?> action, object? state) => worker.Post(action, state);
}
