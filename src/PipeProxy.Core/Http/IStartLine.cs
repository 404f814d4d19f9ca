namespace PipeProxy.Core.Http;

/// <summary>
/// Reads the first line of a head. Implemented by structs, so that <see cref="HeadReader{TLine}"/> is compiled once for
/// requests and once for responses, with no look-up between.
/// </summary>
internal interface IStartLine
{
    /// <summary>Empty lines that may precede the start line.</summary>
    static abstract int EmptyLinesAllowed { get; }

    /// <summary>The rejection for a fault that any line can have.</summary>
    static abstract HttpRejection Refuse(FieldFault fault);

    /// <summary>
    /// Looks at <paramref name="data"/>, which begins with the start line and holds the same bytes at every call,
    /// perhaps with more behind them. Done: the line is in <paramref name="head"/> and ends at <paramref name="end"/>.
    /// </summary>
    HeadResult Read(ReadOnlySpan<byte> data, HttpLimits limits, MessageHead head, out int end, out HttpRejection rejection);
}
