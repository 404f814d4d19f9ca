namespace PipeProxy.Core.Routing;

/// <summary>A rule that cannot be read. The message says what was expected.</summary>
/// <param name="message">What was expected, or what is wrong, in one line.</param>
/// <param name="position">0-based index into the rule.</param>
internal sealed class RuleException(string message, int position) : Exception(message)
{
    /// <summary>0-based index into the rule of the character it is about; its length where the end is.</summary>
    public int Position { get; } = position;
}
