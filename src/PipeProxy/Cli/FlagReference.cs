using System.Text;
using PipeProxy.Cli.Flags;

namespace PipeProxy.Cli;

/// <summary>Writes <c>docs/flags.md</c> from the flag table: <c>pipeproxy help --markdown</c>. A test fails when the file is another.</summary>
internal static class FlagReference
{
    /// <summary>The whole page.</summary>
    public static string Markdown()
    {
        StringBuilder page = new();
        page.Append("""
            # Flags

            Written by `pipeproxy help --markdown` from the table that the parser itself reads.

            Names are case-insensitive. `--name=value` and `--name value` are the same, a boolean alone is true. *Repeatable* flags may be given more than once and take a comma-separated list; of any other flag the last one counts. Each flag is also an environment variable, named below it. A flag wins over `PIPEPROXY_...`, that over the same name with `TRAEFIK_`; an empty variable says nothing. In a variable the name of an entry point is lower case, and may hold underscores.

            Durations are written `500ms`, `10s`, `1m30s`, `1h`; a bare number is seconds. Sizes are written `4096`, `8KiB`, `64MiB`, `1GiB`.

            A flag that does not exist is refused with the nearest one, exit code 64. A flag of Traefik v3 that is not served (the last section) warns once, by name, and the proxy starts.


            """);
        foreach (IGrouping<FlagGroup, FlagDefinition> group in FlagTable.All.GroupBy(static flag => flag.Group))
        {
            page.Append($"## {FlagTable.TitleOf(group.Key)}\n\n| Flag | Default | Meaning | Risk of turning it | Traefik v3 |\n|---|---|---|---|---|\n");
            foreach (FlagDefinition flag in group)
            {
                page.Append($"| `--{flag.Name}={flag.ValueName}`{(flag.Repeatable ? " *repeatable*" : "")}<br>`{flag.EnvironmentVariable}` ");
                page.Append($"| {DefaultOf(flag)} | {Escape(flag.Meaning)} | {Escape(flag.Risk ?? "")} | {Escape(flag.Traefik ?? "-")} |\n");
            }

            page.Append('\n');
        }

        page.Append("""
            ## Exit codes

            | Code | Meaning |
            |---|---|
            | 0 | ended as asked; `check`: nothing is refused; `health`: healthy |
            | 1 | `health`: not healthy, or nobody answers |
            | 64 | a wrong flag, value or command: starting again will not help |
            | 69 | something it needs is not to be had, such as a port in use |
            | 70 | a defect of PipeProxy |
            | 78 | `check`: something that is written will not be in force |

            ## Traefik's flags that are not served

            They warn and change nothing. `.*` stands for the flag itself and everything below it. *Silent* is the value that asks for what happens anyway.

            | Flag | What to know | Silent |
            |---|---|---|

            """);
        foreach (TraefikFlag flag in TraefikFlags.NotServed)
        {
            page.Append($"| `--{flag.Pattern}` | {Escape(flag.Note)} | {(flag.SatisfiedBy is null ? "" : $"`{flag.SatisfiedBy}`")} |\n");
        }

        return page.ToString();
    }

    private static string DefaultOf(FlagDefinition flag) => flag.DefaultMeaning is { } meaning ? Escape(meaning)
        : flag.Default.Length == 0 ? "none"
        : flag.Default.Contains('`') ? $"`` {flag.Default} ``" : $"`{flag.Default}`";

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("*", "\\*", StringComparison.Ordinal);
}
