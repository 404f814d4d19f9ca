namespace PipeProxy.Core.Resilience;

/// <summary>A circuit breaker's expression, compiled once.</summary>
public sealed class BreakerExpression
{
    private BreakerExpression(string text)
    {
        Text = text;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The smallest constant that LatencyAtQuantileMS is compared with (&gt; or &gt;=), in milliseconds; null = there is none.</summary>
    public double? LatencyConstant { get; private init; }

    /// <summary>Compiles <paramref name="text"/>.</summary>
    /// <exception cref="BreakerExpressionException">It is not in the language; says where and what was expected.</exception>
    public static BreakerExpression Parse(string text) => new(text);

    /// <summary>Whether it holds.</summary>
    internal bool Holds(IBreakerSamples samples) => throw new NotImplementedException();

    /// <summary>Whether it holds with NetworkErrorRatio and ResponseCodeRatio at 0: then it holds for latency.</summary>
    internal bool HoldsForLatency(IBreakerSamples samples) => throw new NotImplementedException();

    /// <summary>The greatest value / constant over the comparisons that hold.</summary>
    internal double SeverityOf(IBreakerSamples samples) => throw new NotImplementedException();

    /// <summary>The comparisons that hold, with their values, for people.</summary>
    internal string Describe(IBreakerSamples samples) => throw new NotImplementedException();
}

/// <summary>An expression that is not in the language.</summary>
public sealed class BreakerExpressionException(int position, string message) : FormatException(message)
{
    /// <summary>0-based, in characters.</summary>
    public int Position { get; } = position;
}
