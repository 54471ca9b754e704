namespace LayerShuffle.Scenarios.Syntax;

/// <summary>Finds what may have been meant: the known name at the smallest edit distance.</summary>
public static class NearestName
{
    private const int MostNames = 1000; // looked at: of more, the nearest is hardly the one that was meant

    /// <summary>The nearest of some names, or null where none is near.</summary>
    public static string? Find(string word, IEnumerable<string> names)
    {
        if (word.Length is 0 or > 64)
            return null;
        string? best = null;
        int limit = Math.Max(1, Math.Min(3, (word.Length + 1) / 3)) + 1;
        foreach (string name in names.Take(MostNames))
        {
            if (Math.Abs(name.Length - word.Length) >= limit)
                continue;
            int distance = Distance(word.ToLowerInvariant(), name.ToLowerInvariant());
            if (distance < limit)
                (best, limit) = (name, distance);
        }

        return best;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one word into another (optimal string alignment).</summary>
    public static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
