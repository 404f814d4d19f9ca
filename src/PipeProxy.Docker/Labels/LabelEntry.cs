namespace PipeProxy.Docker.Labels;

/// <summary>One label of ours, taken apart.</summary>
/// <param name="Key">In the user's spelling, prefix included.</param>
/// <param name="IsOwn">It stands under <c>pipeproxy.</c>, where keys of our own are allowed too.</param>
/// <param name="Path">What follows the prefix, split at the dots, in the user's spelling.</param>
/// <param name="Value">The label's value.</param>
internal sealed record LabelEntry(string Key, bool IsOwn, string[] Path, string Value)
{
    /// <summary>Labels of ours that are read of one container.</summary>
    public const int CountLimit = 1000;

    private const int KeyLimit = 1024;
    private const int ValueLimit = 16 * 1024;

    /// <summary>Lower-case path from segment <paramref name="from"/> on; an index such as <c>[0]</c> becomes <c>[n]</c>.</summary>
    public string Option(int from) => string.Join('.', Path.Skip(from).Select(LowerSegment));

    /// <summary>
    /// The labels of a container that are ours, in the order of their keys. What stands under <c>pipeproxy.</c> takes the
    /// place of the same key under <c>traefik.</c>. Keys that differ in nothing but case are one key: the first in ordinal order counts.
    /// </summary>
    public static List<LabelEntry> Read(IEnumerable<KeyValuePair<string, string>> labels, ProblemList problems)
    {
        var ours = new List<(string Key, string Value, bool IsOwn, int Prefix)>();
        foreach (var (key, value) in labels)
        {
            if (key.StartsWith("traefik.", StringComparison.OrdinalIgnoreCase))
            {
                ours.Add((key, value, false, 8));
            }
            else if (key.StartsWith("pipeproxy.", StringComparison.OrdinalIgnoreCase))
            {
                ours.Add((key, value, true, 10));
            }
        }

        // Own keys first: the first of a path wins.
        ours.Sort(static (a, b) => a.IsOwn != b.IsOwn ? b.IsOwn.CompareTo(a.IsOwn) : string.CompareOrdinal(a.Key, b.Key));
        var byPath = new Dictionary<string, LabelEntry>(StringComparer.OrdinalIgnoreCase);
        var entries = new List<LabelEntry>(Math.Min(ours.Count, CountLimit));
        foreach (var (key, value, isOwn, prefix) in ours)
        {
            if (entries.Count == CountLimit)
            {
                problems.Add(key, $"is ignored like all after it: at most {CountLimit} labels of one container are read");
                break;
            }

            if (key.Length > KeyLimit || value.Length > ValueLimit)
            {
                problems.Add(key, $"is ignored: a key is at most {KeyLimit} characters and a value {ValueLimit}");
                continue;
            }

            if (UntrustedText.HasControl(key) || UntrustedText.HasControl(value))
            {
                problems.Add(key, "is ignored: key or value holds a control character");
                continue;
            }

            var path = key[prefix..];
            var entry = new LabelEntry(key, isOwn, path.Split('.'), value);
            if (byPath.TryGetValue(path, out var earlier))
            {
                if (earlier.IsOwn == isOwn)
                {
                    problems.Add(key, $"is given twice: {UntrustedText.Show(earlier.Key)} counts, keys are case-insensitive");
                }

                continue;
            }

            if (entry.Path.Any(string.IsNullOrWhiteSpace))
            {
                problems.Add(key, "has an empty part between its dots");
                continue;
            }

            byPath.Add(path, entry);
            entries.Add(entry);
        }

        entries.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return entries;
    }

    private static string LowerSegment(string segment)
    {
        var lower = segment.ToLowerInvariant();
        var open = lower.IndexOf('[');
        return open > 0 && lower[^1] == ']' && int.TryParse(lower.AsSpan(open + 1, lower.Length - open - 2), out _) ? lower[..open] + "[n]" : lower;
    }
}
