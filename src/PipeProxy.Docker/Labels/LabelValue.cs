using System.Collections.Immutable;
using System.Globalization;

namespace PipeProxy.Docker.Labels;

/// <summary>Values as Traefik reads them; what is malformed becomes a problem and counts as not given.</summary>
internal static class LabelValue
{
    public static bool? Bool(LabelEntry label, ProblemList problems)
    {
        switch (label.Value.Trim())
        {
            case "1" or "t" or "T" or "true" or "TRUE" or "True":
                return true;
            case "0" or "f" or "F" or "false" or "FALSE" or "False":
                return false;
            default:
                problems.Add(label.Key, $"is true or false, not {UntrustedText.Show(label.Value)}");
                return null;
        }
    }

    public static long? Number(LabelEntry label, long least, long most, ProblemList problems)
    {
        if (long.TryParse(label.Value.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        problems.Add(label.Key, $"is a number from {least} to {most}, not {UntrustedText.Show(label.Value)}");
        return null;
    }

    public static ImmutableArray<string> List(LabelEntry label) =>
        [.. label.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
