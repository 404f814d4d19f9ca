namespace PipeProxy.Core.Resilience;

/// <summary>One attempt alone, as an expression reads it: the probe of a backend that was ejected. One sample is enough.</summary>
internal sealed class SingleSample(in AttemptSample sample) : IBreakerSamples
{
    private readonly AttemptSample _sample = sample;

    /// <summary>It failed, or its answer is a 502 or 504.</summary>
    public bool IsNetworkError => _sample.Failure != AttemptFailure.None || _sample.Status is 502 or 504;

    /// <inheritdoc/>
    public bool TryLatencyAtQuantileMS(double q, out double milliseconds)
    {
        milliseconds = _sample.LatencyMicroseconds / 1000.0;
        return _sample.LatencyMicroseconds >= 0;
    }

    /// <inheritdoc/>
    public bool TryNetworkErrorRatio(out double ratio)
    {
        ratio = IsNetworkError ? 1 : 0;
        return true;
    }

    /// <inheritdoc/>
    public bool TryResponseCodeRatio(int from, int to, int dividedByFrom, int dividedByTo, out double ratio)
    {
        ratio = IsAnswerIn(from, to) && IsAnswerIn(dividedByFrom, dividedByTo) ? 1 : 0;
        return true;
    }

    /// <inheritdoc/>
    public bool TryRequestThreshold(out double requests)
    {
        requests = 1;
        return true;
    }

    private bool IsAnswerIn(int from, int to) => _sample.Status > 0 && _sample.Status >= from && _sample.Status < to;
}
