using System.Runtime.InteropServices;
using PipeProxy.Core.Balancing;

namespace PipeProxy.Core.Forwarding;

/// <summary>What forwarding keeps of one service: its active requests, its hold queue, its retry budget.</summary>
internal sealed class ServiceRuntime
{
    private ServiceRuntime(Service service, DataPlane plane)
    {
        Budget = new RetryBudget(this);
        Hold = new HoldQueue(service, plane, Budget);
    }

    /// <summary>Requests under way, those that wait included; no tunnels.</summary>
    public ActiveRequests Active { get; } = new();

    /// <summary>Requests that wait.</summary>
    public HoldQueue Hold { get; }

    /// <summary>Places for repeats.</summary>
    public RetryBudget Budget { get; }

    /// <summary>The runtime of <paramref name="service"/>, made on first use.</summary>
    public static ServiceRuntime Of(Service service, DataPlane plane)
    {
        if (service.Runtime is ServiceRuntime runtime)
        {
            return runtime;
        }

        object made = new ServiceRuntime(service, plane);
        return (ServiceRuntime)(Interlocked.CompareExchange(ref service.Runtime, made, null) ?? made);
    }
}

/// <summary>A count that every request of a service changes twice: alone on its cache lines.</summary>
internal sealed class ActiveRequests
{
    private Padded _state;

    public long Count => Volatile.Read(ref _state.Value);

    public void Increment() => Interlocked.Increment(ref _state.Value);

    public void Decrement() => Interlocked.Decrement(ref _state.Value);

    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Padded
    {
        [FieldOffset(64)]
        public long Value;
    }
}
