using System.Runtime.InteropServices;

namespace PipeProxy.Cli;

/// <summary>
/// What the process is told from outside: the first TERM or INT asks to stop gracefully, the second ends at once; HUP
/// and PIPE are ignored. As PID 1 nothing is delivered that is not asked for, so each is registered by name.
/// </summary>
internal sealed class Signals : IDisposable
{
    /// <summary>SIGPIPE of signal(7), the same on every Linux architecture that .NET runs on; the runtime has no name for it.</summary>
    private const PosixSignal Pipe = (PosixSignal)13;

    /// <summary>A process that a signal ended is reported as this plus the signal's number.</summary>
    private const int ExitBySignal = 128;

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Action<int> _endAtOnce;
    private int _received;

    /// <summary>Listens from now on.</summary>
    /// <param name="endAtOnce">Ends the process with the exit code given; null = as the runtime does.</param>
    public Signals(Action<int>? endAtOnce = null)
    {
        _endAtOnce = endAtOnce ?? Environment.Exit;
        foreach (PosixSignal signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGTERM, PosixSignal.SIGINT])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Receive(context.Signal);
            }));
        }

        foreach (PosixSignal ignored in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGHUP, Pipe])
        {
            _registrations.Add(PosixSignalRegistration.Create(ignored, static context => context.Cancel = true));
        }
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>The first signal, for the log; null before it.</summary>
    public string? First { get; private set; }

    /// <summary>Signals have their usual effect again.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _stopping.Dispose();
    }

    /// <summary>TERM or INT has come. Any thread.</summary>
    internal void Receive(PosixSignal signal)
    {
        if (Interlocked.Increment(ref _received) == 1)
        {
            First = signal == PosixSignal.SIGINT ? "INT" : "TERM";
            _stopping.Cancel();
        }
        else
        {
            _endAtOnce(ExitBySignal + (signal == PosixSignal.SIGINT ? 2 : 15));
        }
    }
}
