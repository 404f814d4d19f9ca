using System.Text;
using PipeProxy.Cli.Flags;
using PipeProxy.Cli.Parsing;

namespace PipeProxy.Cli;

/// <summary>What <c>--help</c> prints: every flag, by group, from the flag table.</summary>
internal static class HelpText
{
    private const int Width = 100;
    private const string Indent = "      ";

    /// <summary>The whole text, with its last line end.</summary>
    public static string Text()
    {
        StringBuilder text = new();
        text.Append("""
            PipeProxy: a front container that balances, keeps sessions and re-routes.

            Usage: pipeproxy [command] [flags]

            Commands

            """);
        foreach ((string name, string meaning) in CommandLineParser.Commands)
        {
            text.Append($"  {name,-9} {meaning}\n");
        }

        foreach (IGrouping<FlagGroup, FlagDefinition> group in FlagTable.All.GroupBy(static flag => flag.Group))
        {
            text.Append($"\n{FlagTable.TitleOf(group.Key)}\n");
            foreach (FlagDefinition flag in group)
            {
                Append(text, flag);
            }
        }

        text.Append("""

            Names are case-insensitive; --name=value and --name value are the same; --name alone means true.
            Flags marked * may be given more than once and take a comma-separated list.
            Every flag is also a variable: PIPEPROXY_ENTRYPOINTS_WEB_ADDRESS=:80. A flag wins over PIPEPROXY_,
            that over TRAEFIK_. DURATION: 500ms, 10s, 1m30s, 1h; a bare number is seconds. SIZE: 4096, 8KiB, 64MiB.
            Other flags of Traefik v3 warn once, by name, and the proxy starts.

            Exit codes
              0 as asked   1 health: not healthy   64 wrong flag or command   69 a port or the like is not to be had
              70 internal error   78 check: something is refused

            Examples
              pipeproxy --providers.docker --providers.docker.exposedbydefault=false --entrypoints.web.address=:80
              pipeproxy --backend=http://10.0.0.7:3000 --backend=http://10.0.0.8:3000 --sticky=session


            """);
        return text.ToString();
    }

    private static void Append(StringBuilder text, FlagDefinition flag)
    {
        text.Append($"  --{flag.Name}={flag.ValueName}{(flag.Repeatable ? " *" : "")}");
        text.Append($" (default: {DefaultOf(flag)})\n");
        AppendWrapped(text, flag.Meaning);
        if (flag.Risk is not null)
        {
            AppendWrapped(text, "Risk: " + flag.Risk);
        }
    }

    /// <summary>What holds where nobody says anything, for people.</summary>
    public static string DefaultOf(FlagDefinition flag) => flag.DefaultMeaning ?? (flag.Default.Length > 0 ? flag.Default : "none");

    private static void AppendWrapped(StringBuilder text, string sentence)
    {
        int column = 0;
        foreach (string word in sentence.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > Width)
            {
                text.Append('\n');
                column = 0;
            }

            text.Append(column == 0 ? Indent : " ").Append(word);
            column += (column == 0 ? Indent.Length : 1) + word.Length;
        }

        text.Append('\n');
    }
}
