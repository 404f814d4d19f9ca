namespace PipeProxy.Cli.Flags;

/// <summary>What reading a value gave: the value, or what should have stood there.</summary>
/// <param name="Ok">It could be read.</param>
/// <param name="Value">The value; default where it could not be read.</param>
/// <param name="Expected">Ends the sentence "expected ...", where it could not be read.</param>
internal readonly record struct Reading<T>(bool Ok, T Value, string Expected)
{
    /// <summary>A value that could be read.</summary>
    public static Reading<T> Of(T value) => new(true, value, "");

    /// <summary>A value that could not be read.</summary>
    public static Reading<T> Wrong(string expected) => new(false, default!, expected);
}

/// <summary>How a flag's text is read.</summary>
/// <param name="ValueName">Stands for the value in help: <c>DURATION</c>.</param>
/// <param name="Read">Never throws.</param>
internal sealed record ValueSyntax<T>(string ValueName, Func<string, Reading<T>> Read);
