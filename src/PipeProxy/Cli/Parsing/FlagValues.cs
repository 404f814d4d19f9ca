using System.Collections.Immutable;
using PipeProxy.Cli.Flags;

namespace PipeProxy.Cli.Parsing;

/// <summary>What a user got wrong, as a sentence that names the way out.</summary>
/// <param name="Written">What they wrote: a flag, a variable, a command.</param>
/// <param name="Reason">What is wrong with it and what would be right.</param>
internal readonly record struct UsageError(string Written, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => Written.Length == 0 ? Reason : $"{Written}: {Reason}";
}

/// <summary>Texts given for one flag by one source.</summary>
/// <param name="Written">How the user spelled it: <c>--log.level</c>, <c>PIPEPROXY_LOG_LEVEL</c>.</param>
/// <param name="Texts">In order; the last counts where the flag is not repeatable.</param>
internal sealed record GivenValue(string Written, ImmutableArray<string> Texts);

/// <summary>
/// Every value that was given, by flag and entry point; the stronger source hides the weaker one. Reading a value
/// checks it: a wrong one becomes an error that names flag, value and what is expected, and the default stands in, so
/// that all errors are found in one run.
/// </summary>
internal sealed class FlagValues(List<UsageError> errors)
{
    private readonly Dictionary<(FlagDefinition Flag, string EntryPoint), GivenValue> _values = [];
    private readonly Dictionary<string, string> _entryPoints = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _order = [];

    /// <summary>Entry points that any flag names, as first spelled, in that order.</summary>
    public IReadOnlyList<string> EntryPoints => _order;

    /// <summary>Flags that were given.</summary>
    public IEnumerable<FlagDefinition> Given => _values.Keys.Select(static key => key.Flag);

    /// <summary>Takes a value unless a stronger source has given one: the strongest source comes first.</summary>
    public void Add(FlagDefinition flag, string? entryPoint, GivenValue value)
    {
        if (entryPoint is not null && _entryPoints.TryAdd(entryPoint, entryPoint))
        {
            _order.Add(entryPoint);
        }

        _values.TryAdd(KeyOf(flag, entryPoint), value);
    }

    /// <summary>Somebody gave a value.</summary>
    public bool Has(FlagDefinition flag, string? entryPoint = null) => _values.ContainsKey(KeyOf(flag, entryPoint));

    /// <summary>How the user spelled the flag; the flag itself where nobody did.</summary>
    public string WrittenOf(FlagDefinition flag, string? entryPoint = null) =>
        _values.TryGetValue(KeyOf(flag, entryPoint), out GivenValue? given) ? given.Written : "--" + flag.NameFor(entryPoint);

    /// <summary>The value given, or the flag's default.</summary>
    public T Get<T>(Flag<T> flag, string? entryPoint = null) => TryGet(flag, out T value, entryPoint) ? value : flag.Syntax.Read(flag.Default).Value;

    /// <summary>The value given; false where there is none, or a wrong one.</summary>
    public bool TryGet<T>(Flag<T> flag, out T value, string? entryPoint = null)
    {
        value = default!;
        return _values.TryGetValue(KeyOf(flag, entryPoint), out GivenValue? given) && TryRead(flag, given, given.Texts[^1], out value);
    }

    /// <summary>Every value given for a repeatable flag, lists taken apart.</summary>
    public ImmutableArray<T> List<T>(Flag<T> flag, string? entryPoint = null)
    {
        if (!_values.TryGetValue(KeyOf(flag, entryPoint), out GivenValue? given))
        {
            return [];
        }

        ImmutableArray<T>.Builder values = ImmutableArray.CreateBuilder<T>();
        foreach (string text in given.Texts)
        {
            foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (TryRead(flag, given, part, out T value))
                {
                    values.Add(value);
                }
            }
        }

        return values.ToImmutable();
    }

    private bool TryRead<T>(Flag<T> flag, GivenValue given, string text, out T value)
    {
        Reading<T> reading = flag.Syntax.Read(text);
        value = reading.Value;
        if (!reading.Ok)
        {
            UsageError error = new($"{given.Written}={text}", $"expected {reading.Expected}");
            if (!errors.Contains(error))
            {
                errors.Add(error);
            }
        }

        return reading.Ok;
    }

    private static (FlagDefinition Flag, string EntryPoint) KeyOf(FlagDefinition flag, string? entryPoint) =>
        (flag, entryPoint?.ToLowerInvariant() ?? "");
}
