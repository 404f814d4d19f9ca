namespace PipeProxy.Cli.Flags;

/// <summary>Finds the name that a user most likely meant.</summary>
internal static class NearestName
{
    /// <summary>
    /// The candidate with the fewest edits (insert, delete, replace, swap of neighbours; dots and dashes are worth
    /// half one) from <paramref name="name"/>; null where more than two fifths of it would have to change.
    /// </summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        int bestCost = int.MaxValue;
        foreach (string candidate in candidates)
        {
            int cost = Cost(name, candidate);
            if (cost < bestCost)
            {
                (best, bestCost) = (candidate, cost);
            }
        }

        return best is not null && bestCost * 5 <= Math.Max(name.Length, best.Length) * 2 * 2 ? best : null;
    }

    /// <summary>Twice the number of edits (optimal string alignment).</summary>
    internal static int Cost(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            cost[i, 0] = cost[i - 1, 0] + Weight(a[i - 1]);
        }

        for (int j = 1; j <= b.Length; j++)
        {
            cost[0, j] = cost[0, j - 1] + Weight(b[j - 1]);
        }

        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                char x = a[i - 1], y = b[j - 1];
                int least = Math.Min(cost[i - 1, j] + Weight(x), cost[i, j - 1] + Weight(y));
                least = Math.Min(least, cost[i - 1, j - 1] + (x == y ? 0 : Math.Max(Weight(x), Weight(y))));
                if (i > 1 && j > 1 && x == b[j - 2] && a[i - 2] == y)
                {
                    least = Math.Min(least, cost[i - 2, j - 2] + 2);
                }

                cost[i, j] = least;
            }
        }

        return cost[a.Length, b.Length];
    }

    private static int Weight(char c) => c is '.' or '-' or '_' ? 1 : 2;
}
