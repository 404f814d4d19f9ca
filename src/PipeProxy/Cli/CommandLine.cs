using System.Collections;
using System.Collections.Immutable;
using PipeProxy.Cli.Flags;
using PipeProxy.Cli.Options;
using PipeProxy.Cli.Parsing;
using PipeProxy.Cli.Status;
using PipeProxy.Core.Configuration;

namespace PipeProxy.Cli;

/// <summary>From arguments to exit code: every command's face. Results go to stdout, what is wrong to stderr.</summary>
internal sealed class CommandLine(CommandActions actions, TextWriter output, TextWriter error)
{
    private const string Program = "pipeproxy";
    private static readonly TimeSpan HealthPatience = TimeSpan.FromSeconds(2);

    /// <summary>The process's environment as the parser takes it.</summary>
    public static IReadOnlyDictionary<string, string> ReadEnvironment()
    {
        Dictionary<string, string> variables = [];
        foreach (DictionaryEntry pair in Environment.GetEnvironmentVariables())
        {
            variables[(string)pair.Key] = (string?)pair.Value ?? "";
        }

        return variables;
    }

    /// <summary>Does what <paramref name="args"/> ask for. Never throws; the result is one of <see cref="ExitCode"/>.</summary>
    public async Task<int> InvokeAsync(IReadOnlyList<string> args, IReadOnlyDictionary<string, string> environment)
    {
        try
        {
            ParsedCommandLine parsed = CommandLineParser.Parse(args, environment);
            return parsed.Command switch
            {
                CommandLineParser.Help => Say(parsed.Markdown ? FlagReference.Markdown() : HelpText.Text()),
                CommandLineParser.Version => Say(VersionText.Text()),
                CommandLineParser.Check => await CheckAsync(parsed),
                _ when parsed.Errors.Length > 0 => Refuse(parsed.Errors),
                CommandLineParser.Health => await AskHealthAsync(parsed.StatusSocket),
                _ => await actions.Run(parsed.Options!),
            };
        }
        catch (StartFailure failure)
        {
            error.WriteLine($"{Program}: {failure.Message}");
            return failure.ExitCode;
        }
        catch (Exception defect)
        {
            error.WriteLine($"{Program}: internal error, please report it: {defect}");
            return ExitCode.Internal;
        }
    }

    private int Say(string text)
    {
        output.Write(text);
        return ExitCode.Ok;
    }

    private int Refuse(ImmutableArray<UsageError> errors)
    {
        foreach (UsageError usage in errors)
        {
            error.WriteLine($"{Program}: {usage}");
        }

        return ExitCode.Usage;
    }

    private async Task<int> AskHealthAsync(StatusSocketOptions socket)
    {
        StatusAnswer answer = await StatusClient.AskAsync(socket, HealthPatience);
        (answer.Healthy ? output : error).WriteLine(answer.Text);
        return answer.Healthy ? ExitCode.Ok : ExitCode.Unhealthy;
    }

    /// <summary>Prints everything that is wrong and where: flags first; with wrong flags nothing further can be looked at.</summary>
    private async Task<int> CheckAsync(ParsedCommandLine parsed)
    {
        foreach (UsageError usage in parsed.Errors)
        {
            output.WriteLine($"refused  {usage}");
        }

        if (parsed.Errors.Length > 0)
        {
            output.WriteLine($"{parsed.Errors.Length} refused; labels were not looked at");
            return ExitCode.Config;
        }

        ProxyOptions options = parsed.Options!;
        CheckFindings found = await actions.Check(options);
        List<CheckFinding> findings = [.. options.Problems.Select(static problem => new CheckFinding(CheckSeverity.Warning, problem)), .. found.Findings];
        if (options.Docker is not null)
        {
            findings.Add(new CheckFinding(CheckSeverity.Note, new ConfigurationProblem(
                "Docker", "client addresses", "behind Docker's userland proxy every client has the gateway's address: ClientIP rules and X-Forwarded-For see that one")));
        }

        foreach (CheckFinding finding in findings.OrderByDescending(static finding => finding.Severity))
        {
            output.WriteLine($"{NameOf(finding.Severity),-8} {finding.Problem.Source}: {finding.Problem.Key}: {finding.Problem.Reason}");
        }

        int refused = findings.Count(static finding => finding.Severity == CheckSeverity.Refused);
        int warnings = findings.Count(static finding => finding.Severity == CheckSeverity.Warning);
        output.WriteLine($"{found.Summary}; {refused} refused, {warnings} {(warnings == 1 ? "warning" : "warnings")}");
        return refused > 0 ? ExitCode.Config : ExitCode.Ok;
    }

    private static string NameOf(CheckSeverity severity) => severity switch
    {
        CheckSeverity.Refused => "refused",
        CheckSeverity.Warning => "warning",
        _ => "note",
    };
}
