using System.Collections.Immutable;

namespace PipeProxy.Docker.Labels;

/// <summary>One container's definition of a named object.</summary>
/// <param name="Name">Name of the object.</param>
/// <param name="Definition">What the container says it is.</param>
/// <param name="Text">The definition as text, without where it was written: equal text is an equal definition.</param>
/// <param name="From">The container.</param>
internal sealed record Candidate<T>(string Name, T Definition, string Text, ContainerFacts From);

/// <summary>
/// Several containers define one name. Equal definitions are one. Where containers of one party (a compose project)
/// disagree, the newest that has been up wins. Between parties the longest-standing keeps the name: the one that had it
/// at the last reading, at first the one with the oldest container.
/// </summary>
internal sealed class DefinitionMerge(ImmutableDictionary<string, string> previousOwners, Action<ContainerFacts, string, string> report)
{
    private readonly ImmutableDictionary<string, string>.Builder _owners = ImmutableDictionary.CreateBuilder<string, string>();

    /// <summary>Which party holds which name now, for the next reading.</summary>
    public ImmutableDictionary<string, string> Owners => _owners.ToImmutable();

    /// <summary>The definitions in force by name, each with the candidates whose servers count.</summary>
    public IEnumerable<(T Definition, List<Candidate<T>> Accepted)> Merge<T>(string kind, IEnumerable<Candidate<T>> candidates)
    {
        foreach (var group in candidates.GroupBy(static c => c.Name, StringComparer.Ordinal).OrderBy(static g => g.Key, StringComparer.Ordinal))
        {
            var all = group.ToList();
            var owner = OwnerOf(kind + " " + group.Key, all);
            var winner = all.Where(c => c.From.Party == owner)
                .OrderByDescending(static c => Standing(c.From)).ThenByDescending(static c => c.From.CreatedAt).ThenBy(static c => c.From.Id, StringComparer.Ordinal)
                .First();
            List<Candidate<T>> accepted = [];
            foreach (var candidate in all)
            {
                if (candidate.Text == winner.Text)
                {
                    accepted.Add(candidate);
                }
                else if (candidate.From.Party == owner)
                {
                    accepted.Add(candidate);
                    Report(candidate, $"{kind} {UntrustedText.Show(group.Key)} is defined otherwise by {winner.From.Source}, which is newer and counts");
                }
                else
                {
                    Report(candidate, $"{kind} {UntrustedText.Show(group.Key)} is refused, with the container's server in it: the name belongs to {UntrustedText.Show(Readable(winner.From))}, which defines it otherwise");
                }
            }

            // Of those that are gone the name alone is kept for them, so that a restart can't lose it to a stranger;
            // the object itself outlives its containers where configurations are applied.
            if (accepted.Exists(static c => c.From.Phase != ContainerPhase.Gone))
            {
                yield return (winner.Definition, accepted);
            }
        }
    }

    private string OwnerOf<T>(string key, List<Candidate<T>> all)
    {
        if (!previousOwners.TryGetValue(key, out var owner) || !all.Exists(c => c.From.Party == owner))
        {
            owner = all.OrderBy(static c => c.From.CreatedAt).ThenBy(static c => c.From.Id, StringComparer.Ordinal).First().From.Party;
        }

        _owners[key] = owner;
        return owner;
    }

    // One that has never been up has proved nothing yet; one that is gone at least has.
    private static int Standing(ContainerFacts container) => container.HasBeenUp ? 2 : container.Phase == ContainerPhase.Gone ? 1 : 0;

    private static string Readable(ContainerFacts container) => container.Project is null ? "container " + container.Name : "project " + container.Project;

    private void Report<T>(Candidate<T> loser, string reason)
    {
        if (loser.From.Phase != ContainerPhase.Gone)
        {
            report(loser.From, loser.Name, reason);
        }
    }
}
