using PipeProxy.Cli.Options;
using PipeProxy.Cli.Parsing;

namespace PipeProxy.Tests.Cli.Parsing;

/// <summary>Parses what a test writes, without the environment of the machine.</summary>
internal static class Parse
{
    public static readonly IReadOnlyDictionary<string, string> NoEnvironment = new Dictionary<string, string>();

    public static ParsedCommandLine Line(string[] args, params (string Name, string Value)[] environment) =>
        CommandLineParser.Parse(args, environment.ToDictionary(static pair => pair.Name, static pair => pair.Value));

    /// <summary>The options; a mistake in what the test wrote fails it. A backend is added, so that there is something to serve.</summary>
    public static ProxyOptions Options(string[] args, params (string Name, string Value)[] environment)
    {
        ParsedCommandLine parsed = Line([.. args, "--backend=http://10.9.9.9:9"], environment);
        Assert.Empty(parsed.Errors);
        return parsed.Options!;
    }

    /// <summary>The one error there is.</summary>
    public static string Error(params string[] args) => Assert.Single(Line([.. args, "--backend=http://10.9.9.9:9"]).Errors).ToString();
}
