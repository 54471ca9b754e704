using LayerShuffle.Core.Files;
using LayerShuffle.Core.Records;
using LayerShuffle.Results.Csv;

namespace LayerShuffle.Results.Summaries;

/// <summary>Writes <c>differences.csv</c>: a row for each two models, policies or conditions that share the rest, and each metric that can be an objective.</summary>
public static class DifferencesFile
{
    /// <summary>Of more alternatives than this each is compared with the first only.</summary>
    public const int MostInPairs = 12;

    /// <summary>Of more alternatives than this the rest is left out.</summary>
    public const int MostCompared = 1000;

    /// <summary>The columns.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "kind", "model", "policy", "condition", "other", "metric", "value", "other_value", "difference", "ci_low", "ci_high", "n", "paired_by", "within_noise",
    ];

    /// <summary>Writes the file; a new one takes an older one's place at once.</summary>
    public static void Write(string path, IReadOnlyList<ResultGroup> groups)
    {
        using var rows = CsvBuffer.WithHeader(Columns);
        foreach (Alternatives alternatives in Alternatives.Of(groups))
        {
            foreach ((ResultGroup group, ResultGroup other) in Pairs([.. alternatives.Groups.Take(MostCompared)]))
                AddPair(rows, alternatives, group, other);
        }

        Disk.Replace(path, rows.Bytes().ToArray(), durable: false);
    }

    private static IEnumerable<(ResultGroup Group, ResultGroup Other)> Pairs(ResultGroup[] groups)
    {
        int references = groups.Length > MostInPairs ? 1 : groups.Length;
        for (int other = 0; other < references; other++)
        {
            for (int group = other + 1; group < groups.Length; group++)
                yield return (groups[group], groups[other]);
        }
    }

    private static void AddPair(CsvBuffer rows, Alternatives alternatives, ResultGroup group, ResultGroup other)
    {
        foreach (Objective objective in Enum.GetValues<Objective>())
        {
            string metric = objective.Metric(group.HasModel && other.HasModel);
            Difference difference = Difference.Of(group, other, metric);
            if (difference.Value is null || difference.Other is null)
                continue;
            rows.Add(alternatives.Kind).Add(group.Model).Add(group.Policy).Add(group.Condition).Add(alternatives.Name(other)).Add(metric).Add(difference.Value)
                .Add(difference.Other).Add(difference.Mean).Add(difference.Ci.Low).Add(difference.Ci.High).Add(difference.Ci.Count).Add(difference.PairedBy)
                .Add(difference.WithinNoise ? "true" : "false").EndRow();
        }
    }
}
