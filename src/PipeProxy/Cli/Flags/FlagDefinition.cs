namespace PipeProxy.Cli.Flags;

/// <summary>What a flag is about; the order is the order of help.</summary>
internal enum FlagGroup
{
    EntryPoints,
    Docker,
    Static,
    Api,
    Log,
    Timeouts,
    Limits,
    Process,
}

/// <summary>
/// One flag, once: the parser, help, the environment variables, <c>docs/flags.md</c> and the suggestions all read it
/// from here.
/// </summary>
internal abstract class FlagDefinition
{
    /// <summary>Stands in <see cref="Name"/> for the name of an entry point.</summary>
    public const string NamePlaceholder = "<name>";

    private const string PerEntryPointPrefix = "entrypoints." + NamePlaceholder + ".";

    /// <summary>Lower case, without dashes: <c>entrypoints.&lt;name&gt;.address</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands in help.</summary>
    public required FlagGroup Group { get; init; }

    /// <summary>What it does; units where there are any.</summary>
    public required string Meaning { get; init; }

    /// <summary>The value that holds where nobody gives one, as a user would write it; empty = none.</summary>
    public string Default { get; init; } = "";

    /// <summary>Said instead of <see cref="Default"/> where the default depends on something.</summary>
    public string? DefaultMeaning { get; init; }

    /// <summary>What may go wrong when it is turned; null = nothing worth saying.</summary>
    public string? Risk { get; init; }

    /// <summary>How it compares with Traefik's flag of the same name; null = Traefik has none of that name.</summary>
    public string? Traefik { get; init; }

    /// <summary>May be given more than once, and takes a comma-separated list.</summary>
    public bool Repeatable { get; init; }

    /// <summary>Without a value it means true.</summary>
    public abstract bool IsBoolean { get; }

    /// <summary>Stands for the value in help.</summary>
    public abstract string ValueName { get; }

    /// <summary>Once for each entry point.</summary>
    public bool PerEntryPoint => Name.StartsWith(PerEntryPointPrefix, StringComparison.Ordinal);

    /// <summary>The part behind the entry point's name.</summary>
    public string NameInEntryPoint => Name[PerEntryPointPrefix.Length..];

    /// <summary>The name with <paramref name="entryPoint"/> in its place.</summary>
    public string NameFor(string? entryPoint) => entryPoint is null ? Name : Name.Replace(NamePlaceholder, entryPoint, StringComparison.Ordinal);

    /// <summary>The variable that says the same: <c>PIPEPROXY_ENTRYPOINTS_&lt;NAME&gt;_ADDRESS</c>.</summary>
    public string EnvironmentVariable => "PIPEPROXY_" + Name.ToUpperInvariant().Replace('.', '_');
}

/// <summary>A flag whose values are of type <typeparamref name="T"/> (for a repeatable one: each of them).</summary>
internal sealed class Flag<T> : FlagDefinition
{
    /// <summary>How its text is read.</summary>
    public required ValueSyntax<T> Syntax { get; init; }

    /// <inheritdoc/>
    public override bool IsBoolean => typeof(T) == typeof(bool);

    /// <inheritdoc/>
    public override string ValueName => Syntax.ValueName;
}
