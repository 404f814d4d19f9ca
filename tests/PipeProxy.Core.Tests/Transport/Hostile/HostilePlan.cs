using System.Collections.Concurrent;

namespace PipeProxy.Core.Tests.Transport.Hostile;

/// <summary>
/// How hostile, exactly: the sizes in which bytes arrive and leave, and what completes late. The same seed gives the
/// same sizes in the same order for one connection.
/// </summary>
internal sealed class HostilePlan(int seed, IReadOnlyList<int>? pieces = null)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private int _piece;

    /// <summary>Of a hundred operations so many complete on another turn.</summary>
    public int LatePercent { get; init; } = 50;

    /// <summary>
    /// Of a hundred flushes so many complete before their bytes are out, as on a socket whose buffer takes them: a
    /// Dispose may then still lose them.
    /// </summary>
    public int EarlyPercent { get; init; } = 50;

    /// <summary>Largest piece that is drawn at random.</summary>
    public int MaximumPiece { get; init; } = 64;

    /// <summary>Where set, what is late waits for <see cref="HostileTurns.Pump"/>; else the thread pool turns.</summary>
    public HostileTurns Turns { get; init; } = new(manual: false);

    /// <summary>Every byte a read, every byte a segment, everything late.</summary>
    public static HostilePlan OneByte() => new(seed: 1, pieces: [1]) { LatePercent = 100, EarlyPercent = 0 };

    /// <summary>The input arrives in exactly these pieces, the last size again and again.</summary>
    public static HostilePlan Pieces(params int[] sizes) => new(seed: 1, sizes) { LatePercent = 0, EarlyPercent = 0 };

    /// <summary>A plan like this one for a further connection.</summary>
    public HostilePlan Next(int number) => new(seed + (number * 7919), pieces)
    {
        LatePercent = LatePercent,
        EarlyPercent = EarlyPercent,
        MaximumPiece = MaximumPiece,
        Turns = Turns,
    };

    public bool IsLate() => Draw(100) < LatePercent;

    public bool IsEarly() => Draw(100) < EarlyPercent;

    public bool Flip() => Draw(2) == 0;

    /// <summary>Size of the next piece of what is there.</summary>
    public int NextPiece(int available)
    {
        lock (_gate)
        {
            if (pieces is not null)
            {
                return Math.Min(available, pieces[Math.Min(_piece++, pieces.Count - 1)]);
            }

            // Mostly small, now and then all at once.
            return _random.Next(8) == 0 ? available : Math.Min(available, _random.Next(1, MaximumPiece + 1));
        }
    }

    /// <summary>Size of one segment or buffer.</summary>
    public int NextSize(int maximum)
    {
        lock (_gate)
        {
            return pieces is [1] ? 1 : _random.Next(1, Math.Max(1, maximum) + 1);
        }
    }

    private int Draw(int below)
    {
        lock (_gate)
        {
            return _random.Next(below);
        }
    }
}

/// <summary>Where late completions wait for their turn.</summary>
internal sealed class HostileTurns(bool manual)
{
    private readonly ConcurrentQueue<TaskCompletionSource> _waiting = new();

    /// <summary>Completes on another turn: never on the caller's stack.</summary>
    public Task NextAsync()
    {
        var turn = new TaskCompletionSource();
        if (manual)
        {
            _waiting.Enqueue(turn);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static turn => turn.SetResult(), turn, preferLocal: false);
        }

        return turn.Task;
    }

    /// <summary>Runs the turn that has waited longest, on this thread; false where none waits.</summary>
    public bool Pump()
    {
        bool any = _waiting.TryDequeue(out TaskCompletionSource? turn);
        turn?.SetResult();
        return any;
    }
}
