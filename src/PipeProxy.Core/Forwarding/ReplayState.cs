namespace PipeProxy.Core.Forwarding;

/// <summary>
/// Whether a request body can be read again from its first byte. The pump ends that when the body outgrows the bounds, the
/// request when an answer was accepted; who sends the attempt elsewhere claims it first, and then the pump keeps it so.
/// </summary>
internal sealed class ReplayState(ReplayMemory memory, int limit)
{
    private const long Closed = 0;
    private const long Open = 1;
    private const long Claimed = 2;
    private const long Stages = 3;
    private const int StageBits = 2;

    // Number of the body, and its stage: a claim of one body says nothing about the next.
    private long _word;
    private long _charged;

    /// <summary>It can be read again.</summary>
    public bool IsOpen => (Volatile.Read(ref _word) & Stages) != Closed;

    /// <summary>A body begins.</summary>
    public void Begin() => Volatile.Write(ref _word, (((_word >> StageBits) + 1) << StageBits) | Open);

    /// <summary>It is read again now: the claim has served its purpose.</summary>
    public void EndClaim()
    {
        long number = Volatile.Read(ref _word) & ~Stages;
        Interlocked.CompareExchange(ref _word, number | Open, number | Claimed);
    }

    /// <summary>An answer was accepted: nothing has to stay readable.</summary>
    public void Close() => Volatile.Write(ref _word, (_word & ~Stages) | Closed);

    /// <summary>Whether <paramref name="bytes"/> from the first one on stay readable; false ends it for this body.</summary>
    public bool TryKeep(long bytes)
    {
        long word = Volatile.Read(ref _word);
        if ((word & Stages) == Closed)
        {
            return false;
        }

        if (bytes <= limit && TryCharge(bytes))
        {
            return true;
        }

        // A claimed one ends soon: its attempt is being cut.
        return (word & Stages) == Claimed || Interlocked.CompareExchange(ref _word, (word & ~Stages) | Closed, word) != word;
    }

    /// <summary>The attempt is about to be sent elsewhere: the body stays readable. Any thread.</summary>
    public bool TryClaim(out long claim)
    {
        long word = Volatile.Read(ref _word);
        claim = (word & ~Stages) | Claimed;
        return (word & Stages) == Open && Interlocked.CompareExchange(ref _word, claim, word) == word;
    }

    /// <summary>It was not, after all. Any thread.</summary>
    public void Unclaim(long claim) => Interlocked.CompareExchange(ref _word, (claim & ~Stages) | Open, claim);

    /// <summary>Gives back what was charged.</summary>
    public void Release()
    {
        memory.Release(_charged);
        _charged = 0;
    }

    private bool TryCharge(long kept)
    {
        if (kept <= _charged)
        {
            return true;
        }

        if (!memory.TryCharge(kept - _charged))
        {
            return false;
        }

        _charged = kept;
        return true;
    }
}
