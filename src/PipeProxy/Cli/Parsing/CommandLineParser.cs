using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using PipeProxy.Cli.Flags;
using PipeProxy.Cli.Options;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Cli.Parsing;

/// <summary>What a command line and an environment come to.</summary>
/// <param name="Command">The command asked for; <see cref="CommandLineParser.Run"/> where none is.</param>
/// <param name="Markdown">With <see cref="CommandLineParser.Help"/>: as the page in docs.</param>
/// <param name="Options">Only worth something where <see cref="Errors"/> is empty; null for commands that need none.</param>
/// <param name="StatusSocket">Where <see cref="CommandLineParser.Health"/> asks.</param>
/// <param name="Errors">Everything that is wrong, not just the first.</param>
internal sealed record ParsedCommandLine(string Command, bool Markdown, ProxyOptions? Options, StatusSocketOptions StatusSocket, ImmutableArray<UsageError> Errors);

/// <summary>The commands, and the way from arguments and environment to options.</summary>
internal static class CommandLineParser
{
    public const string Run = "run";
    public const string Check = "check";
    public const string Health = "health";
    public const string Version = "version";
    public const string Help = "help";

    /// <summary>Traefik's name of <see cref="Health"/>.</summary>
    private const string HealthCheck = "healthcheck";

    // Response files would turn the value @pipeproxy into a file to read; bundles would take -log apart.
    private static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <summary>The commands and what each does, for help.</summary>
    public static readonly ImmutableArray<(string Name, string Meaning)> Commands =
    [
        (Run, "serves; the default"),
        (Check, "checks flags and, where Docker is reachable, every label; exit 78 when something is refused"),
        (Health, "asks the running instance over its status socket; exit 0 when it is healthy, else 1"),
        (Version, "prints version, commit, runtime and platform"),
        (Help, "prints this"),
    ];

    private static readonly ImmutableArray<string> Names = [.. Commands.Select(static command => command.Name), HealthCheck];

    /// <summary>Never throws on what a user wrote.</summary>
    public static ParsedCommandLine Parse(IReadOnlyList<string> args, IReadOnlyDictionary<string, string> environment)
    {
        List<UsageError> errors = [];
        List<ConfigurationProblem> problems = [];
        (ImmutableArray<string> tokens, IReadOnlyList<ArgumentReader.FlagUse> uses) = ArgumentReader.Read(args, Names, errors, problems);

        Dictionary<string, Option<string[]>> options = [];
        foreach (ArgumentReader.FlagUse use in uses)
        {
            options.TryAdd(use.Token, new Option<string[]>(use.Token) { Arity = ArgumentArity.OneOrMore, Recursive = true });
        }

        Option<bool> help = new("--help", "-h", "-?") { Recursive = true };
        Option<bool> version = new("--version") { Recursive = true };
        Option<bool> markdown = new("--markdown");
        ParseResult result = BuildTree(options.Values, help, version, markdown).Parse(tokens, Configuration);
        AddUnknownWords(result, errors);

        FlagValues values = new(errors);
        foreach (ArgumentReader.FlagUse use in uses)
        {
            string written = "--" + use.Flag.NameFor(use.EntryPoint);
            values.Add(use.Flag, use.EntryPoint, new GivenValue(written, [.. result.GetValue(options[use.Token]) ?? []]));
        }

        EnvironmentReader.Read(environment, values, problems);
        string command = result.GetValue(help) ? Help : result.GetValue(version) ? Version : result.CommandResult.Command.Name;
        command = Names.Contains(command) ? command : Run;
        OptionsBuilder builder = new(values, environment, errors, problems);
        StatusSocketOptions statusSocket = builder.BuildStatusSocket();

        // The others neither need the rest nor may fail of it: it was the running instance's to check.
        ProxyOptions? proxy = command is Run or Check ? builder.Build() : null;
        return new ParsedCommandLine(command, result.GetValue(markdown), proxy, statusSocket, [.. errors]);
    }

    private static RootCommand BuildTree(IEnumerable<Option<string[]>> options, Option help, Option version, Option markdown)
    {
        RootCommand root = [];
        // Ours replace the ones it brings; directives ([suggest]) have no use here.
        root.Options.Clear();
        root.Directives.Clear();
        root.TreatUnmatchedTokensAsErrors = false;
        // Never invoked: without an action the root alone would be "Required command was not provided".
        root.SetAction(static _ => { });
        root.Options.Add(help);
        root.Options.Add(version);
        foreach (Option<string[]> option in options)
        {
            root.Options.Add(option);
        }

        foreach ((string name, string meaning) in Commands)
        {
            Command command = new(name, meaning) { TreatUnmatchedTokensAsErrors = false };
            root.Subcommands.Add(command);
            if (name == Health)
            {
                command.Aliases.Add(HealthCheck);
            }
            else if (name == Help)
            {
                command.Options.Add(markdown);
            }
        }

        return root;
    }

    private static void AddUnknownWords(ParseResult result, List<UsageError> errors)
    {
        foreach (string word in result.UnmatchedTokens)
        {
            string way = NearestName.Find(word, Names) is { } nearest ? $"did you mean {nearest}?" : "pipeproxy --help lists the commands";
            errors.Add(new UsageError(word, result.CommandResult.Command is RootCommand ? $"there is no such command; {way}" : "is neither a flag nor a flag's value"));
        }

        // Everything a user can get wrong is found above; what is left is ours, and must not pass unseen.
        foreach (ParseError error in result.Errors)
        {
            errors.Add(new UsageError("", error.Message));
        }
    }
}
