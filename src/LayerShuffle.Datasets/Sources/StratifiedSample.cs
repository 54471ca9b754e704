using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Datasets.Sources;

/// <summary>Draws subsets in which every class keeps its share.</summary>
internal static class StratifiedSample
{
    /// <summary>
    /// Indices of <paramref name="count"/> images in ascending order. Classes get their proportional share, rounded by largest remainder (ties to the lower
    /// label); which of a class's images are taken is a prefix of a permutation drawn from (seed, class), so that a larger subset draws on the same luck.
    /// </summary>
    public static int[] Draw(IReadOnlyList<int> labels, int classes, int count, SeedTree seed)
    {
        if (count >= labels.Count)
            return [.. Enumerable.Range(0, labels.Count)];
        var members = new List<int>[classes];
        for (int c = 0; c < classes; c++)
            members[c] = [];
        for (int i = 0; i < labels.Count; i++)
            members[labels[i]].Add(i);
        int[] quotas = Quotas([.. members.Select(m => m.Count)], count);
        var taken = new List<int>(count);
        for (int c = 0; c < classes; c++)
        {
            if (quotas[c] == 0)
                continue;
            int[] order = seed.Child(c).Stream().Permutation(members[c].Count);
            for (int i = 0; i < quotas[c]; i++)
                taken.Add(members[c][order[i]]);
        }
        taken.Sort();
        return [.. taken];
    }

    private static int[] Quotas(int[] sizes, int count)
    {
        long total = sizes.Sum(size => (long)size);
        int[] quotas = [.. sizes.Select(size => (int)((long)size * count / total))];
        int left = count - quotas.Sum();
        foreach (int c in Enumerable.Range(0, sizes.Length).OrderByDescending(c => (long)sizes[c] * count % total).ThenBy(c => c).Take(left))
            quotas[c]++;
        return quotas;
    }
}
