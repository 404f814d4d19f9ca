using System.Collections.Immutable;
using PipeProxy.Cli.Flags;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Cli.Parsing;

/// <summary>
/// Takes a command line apart into what System.CommandLine is to see (commands and the flags of the table, in one
/// spelling: lower case, two dashes, <c>--name=value</c>) and what it must never see: Traefik's flags that are not
/// served, and unknown ones, which need an answer of their own.
/// </summary>
internal sealed class ArgumentReader
{
    private const string Source = "command line";

    private readonly ImmutableArray<string>.Builder _tokens = ImmutableArray.CreateBuilder<string>();
    private readonly List<FlagUse> _uses = [];
    private readonly List<UsageError> _errors;
    private readonly List<ConfigurationProblem> _problems;

    private ArgumentReader(List<UsageError> errors, List<ConfigurationProblem> problems) => (_errors, _problems) = (errors, problems);

    /// <summary>A flag of the table that the command line holds.</summary>
    /// <param name="Flag">The flag.</param>
    /// <param name="EntryPoint">As the user spelled it; null where the flag is not about one.</param>
    /// <param name="Token">The one spelling: <c>--entrypoints.web.address</c>.</param>
    public readonly record struct FlagUse(FlagDefinition Flag, string? EntryPoint, string Token);

    /// <summary>Reads <paramref name="args"/>; what is wrong is added to the two lists.</summary>
    public static (ImmutableArray<string> Tokens, IReadOnlyList<FlagUse> Uses) Read(
        IReadOnlyList<string> args, IReadOnlyCollection<string> commands, List<UsageError> errors, List<ConfigurationProblem> problems)
    {
        ArgumentReader reader = new(errors, problems);
        for (int i = 0; i < args.Count; i++)
        {
            string? next = i + 1 < args.Count ? args[i + 1] : null;
            i += reader.Take(args[i], next, commands) ? 1 : 0;
        }

        return (reader._tokens.ToImmutable(), reader._uses);
    }

    /// <summary>Takes one argument; true where the next one was its value.</summary>
    private bool Take(string argument, string? next, IReadOnlyCollection<string> commands)
    {
        if (!argument.StartsWith('-') || argument is "-h" or "-?" or "--help" or "-help" or "--version" or "--markdown")
        {
            _tokens.Add(argument == "-help" ? "--help" : argument);
            return false;
        }

        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        string spelled = (equals < 0 ? argument : argument[..equals]).TrimStart('-');
        string? value = equals < 0 ? null : argument[(equals + 1)..];
        if (FlagTable.TryFind(spelled, out FlagDefinition? flag, out string? entryPoint))
        {
            return TakeKnown(flag, entryPoint, value, next);
        }

        // Not a command's name, not a flag: the only thing a bare word after a flag can be is its value.
        bool nextIsValue = value is null && next is not null && !next.StartsWith('-') && !commands.Contains(next);
        if (TraefikFlags.Find(spelled) is { } traefik)
        {
            TakeTraefik(traefik, spelled, value ?? (nextIsValue ? next! : "true"));
            return nextIsValue;
        }

        string way = FlagTable.Nearest(spelled) is { } nearest ? $"did you mean --{nearest}?" : "pipeproxy --help lists the flags";
        _errors.Add(new UsageError("--" + spelled, $"there is no such flag; {way}"));
        return nextIsValue;
    }

    private bool TakeKnown(FlagDefinition flag, string? entryPoint, string? value, string? next)
    {
        bool takesNext = false;
        if (value is null)
        {
            takesNext = flag.IsBoolean ? next is not null && Syntaxes.ReadBoolean(next) is not null : next is not null && !next.StartsWith('-');
            value = takesNext ? next! : flag.IsBoolean ? "true" : "";
        }

        string token = "--" + flag.NameFor(entryPoint?.ToLowerInvariant());
        if (value.Length == 0)
        {
            _errors.Add(new UsageError("--" + flag.NameFor(entryPoint), $"needs a value: --{flag.NameFor(entryPoint)}={flag.ValueName}"));
            return takesNext;
        }

        _tokens.Add($"{token}={value}");
        _uses.Add(new FlagUse(flag, entryPoint, token));
        return takesNext;
    }

    private void TakeTraefik(TraefikFlag traefik, string spelled, string value)
    {
        if (TraefikFlags.AsksForTls(spelled, out string entryPoint))
        {
            TakeKnown(FlagTable.EntryPointTls, entryPoint, "true", null);
        }

        Report(_problems, Source, "--" + spelled.ToLowerInvariant(), traefik, value);
    }

    /// <summary>Adds what there is to warn of, once a name.</summary>
    public static void Report(List<ConfigurationProblem> problems, string source, string written, TraefikFlag traefik, string value)
    {
        if (string.Equals(traefik.SatisfiedBy, value, StringComparison.OrdinalIgnoreCase) || problems.Exists(problem => problem.Key == written))
        {
            return;
        }

        problems.Add(new ConfigurationProblem(source, written, traefik.Note.Length == 0 ? "not served" : $"not served: {traefik.Note}"));
    }
}
