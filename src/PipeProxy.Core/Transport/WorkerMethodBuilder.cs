using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace PipeProxy.Core.Transport;

/// <summary>
/// Builder for <c>async ValueTask&lt;T&gt;</c> methods of the request path. What a suspended call needs is taken from a
/// pool and given back when its result has been read, so that a proxied request allocates nothing however many are
/// under way. (The framework's pooling builder keeps one box a thread and core, and allocates beyond that.)
/// </summary>
/// <remarks>
/// No execution context flows: the request path has none. A returned <see cref="ValueTask{T}"/> must be awaited
/// exactly once, which is what the language does with <c>await Method()</c>.
/// </remarks>
[SuppressMessage("Performance", "CA1815", Justification = "A method builder is never compared.")]
[SuppressMessage("Design", "CA1000", Justification = "The compiler asks for a static Create on the builder.")]
public struct WorkerMethodBuilder<T>
{
    private StateBox? _box;
    private T _result;
    private bool _completedSynchronously;
    private Exception? _exception;

    /// <summary>Called by the compiler.</summary>
    public static WorkerMethodBuilder<T> Create() => default;

    /// <summary>Called by the compiler: what the caller awaits.</summary>
    public readonly ValueTask<T> Task
    {
        get
        {
            if (_box is { } box)
            {
                return new ValueTask<T>(box, box.Version);
            }

            return _completedSynchronously ? new ValueTask<T>(_result) : ValueTask.FromException<T>(_exception!);
        }
    }

    /// <summary>Called by the compiler.</summary>
    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => stateMachine.MoveNext();

    /// <summary>Called by the compiler; never needed by our builder.</summary>
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }

    /// <summary>Called by the compiler.</summary>
    public void SetResult(T result)
    {
        if (_box is { } box)
        {
            box.Complete(result);
        }
        else
        {
            _result = result;
            _completedSynchronously = true;
        }
    }

    /// <summary>Called by the compiler.</summary>
    public void SetException(Exception exception)
    {
        if (_box is { } box)
        {
            box.Fail(exception);
        }
        else
        {
            _exception = exception;
        }
    }

    /// <summary>Called by the compiler.</summary>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine
    {
        StateBox box = BoxOf(ref stateMachine);
        awaiter.OnCompleted(box.MoveNextAction);
    }

    /// <summary>Called by the compiler.</summary>
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine
    {
        StateBox box = BoxOf(ref stateMachine);
        awaiter.UnsafeOnCompleted(box.MoveNextAction);
    }

    private StateBox BoxOf<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (_box is { } existing)
        {
            return existing;
        }

        StateBox<TStateMachine> box = StateBox<TStateMachine>.Rent();
        // The builder is a field of the state machine: set it before the machine is copied into its box.
        _box = box;
        box.StateMachine = stateMachine;
        return box;
    }

    private abstract class StateBox : IValueTaskSource<T>
    {
        private ManualResetValueTaskSourceCore<T> _core;

        public Action MoveNextAction { get; protected init; } = null!;

        public short Version => _core.Version;

        public void Complete(T result) => _core.SetResult(result);

        public void Fail(Exception exception) => _core.SetException(exception);

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.FlowExecutionContext);

        public T GetResult(short token)
        {
            try
            {
                return _core.GetResult(token);
            }
            finally
            {
                _core.Reset();
                Return();
            }
        }

        protected abstract void Return();
    }

    private sealed class StateBox<TStateMachine> : StateBox
        where TStateMachine : IAsyncStateMachine
    {
        private const int LocalCapacity = 16;
        private const int SharedCapacity = 4096;
        private static readonly LockFreeStack<StateBox<TStateMachine>> Shared = new(SharedCapacity);

        [ThreadStatic]
        private static StateBox<TStateMachine>?[]? t_local;

        [ThreadStatic]
        private static int t_localCount;

        public TStateMachine StateMachine = default!;

        private StateBox() => MoveNextAction = () => StateMachine.MoveNext();

        public static StateBox<TStateMachine> Rent()
        {
            if (t_localCount > 0)
            {
                ref StateBox<TStateMachine>? slot = ref t_local![--t_localCount];
                StateBox<TStateMachine> box = slot!;
                slot = null;
                return box;
            }

            return Shared.TryPop() ?? new StateBox<TStateMachine>();
        }

        protected override void Return()
        {
            StateMachine = default!;
            StateBox<TStateMachine>?[] local = t_local ??= new StateBox<TStateMachine>?[LocalCapacity];
            if (t_localCount < LocalCapacity)
            {
                local[t_localCount++] = this;
            }
            else
            {
                // Full: the rest goes where other threads find it; beyond that the collector takes it.
                Shared.TryPush(this);
            }
        }
    }
}
