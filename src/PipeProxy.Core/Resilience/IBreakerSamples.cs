namespace PipeProxy.Core.Resilience;

/// <summary>
/// What an expression's functions read: the statistics of one backend at one check, or one probe. False: there are too
/// few samples, and the comparison is false whatever its operator.
/// </summary>
internal interface IBreakerSamples
{
    /// <summary>Time to response head in milliseconds at quantile <paramref name="q"/> (0 to 100).</summary>
    bool TryLatencyAtQuantileMS(double q, out double milliseconds);

    /// <summary>Network errors / attempts.</summary>
    bool TryNetworkErrorRatio(out double ratio);

    /// <summary>Answers with a status in [<paramref name="from"/>, <paramref name="to"/>) / those in [<paramref name="dividedByFrom"/>, <paramref name="dividedByTo"/>).</summary>
    bool TryResponseCodeRatio(int from, int to, int dividedByFrom, int dividedByTo, out double ratio);

    /// <summary>Finished attempts within the last 10 s.</summary>
    bool TryRequestThreshold(out double requests);
}
