using LayerShuffle.Core.Files;
using LayerShuffle.Core.Records;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Results.Summaries;

/// <summary>Writes <c>summary.csv</c>: a row per model, policy and condition.</summary>
public static class SummaryFile
{
    /// <summary>The metrics that are summarised. Each has the columns <c>_mean, _std_seeds, _std_repeats, _ci_low, _ci_high, _n</c> behind its name.</summary>
    public static IReadOnlyList<string> Metrics => MetricCatalogue.Summarised;

    private static readonly string[] Suffixes = ["mean", "std_seeds", "std_repeats", "ci_low", "ci_high", "n"];

    /// <summary>The columns of <c>summary.csv</c> for the given swept keys.</summary>
    public static IReadOnlyList<string> Columns(IEnumerable<string> sweptKeys) =>
    [
        "model", "policy", "condition", .. SweptColumns.All(sweptKeys), "training_seeds", "repeats", "requests",
        .. Metrics.SelectMany(metric => Suffixes.Select(suffix => $"{metric}_{suffix}")),
    ];

    /// <summary>Writes the file; a new one takes an older one's place at once.</summary>
    public static void Write(string path, IEnumerable<ResultGroup> groups, IReadOnlyList<string> sweptKeys)
    {
        using var rows = CsvBuffer.WithHeader(Columns(sweptKeys));
        foreach (var group in groups)
        {
            rows.Add(group.Model).Add(group.Policy).Add(group.Condition);
            foreach (var key in sweptKeys)
                rows.Add(group.Swept[SweptColumns.Name(key)]);
            foreach (var key in sweptKeys)
                rows.Add(group.SweptNumbers.GetValueOrDefault(SweptColumns.NumberName(key), ""));
            rows.Add(group.BaseCondition);
            rows.Add(group.TrainingSeeds).Add(group.Repeats).Add(group.Requests);
            foreach (var summary in Metrics.Select(metric => MetricSummary.Of(group, metric)))
                rows.Add(summary.Mean).Add(summary.StdSeeds).Add(summary.StdRepeats).Add(summary.Ci.Low).Add(summary.Ci.High).Add(summary.Ci.Count);
            rows.EndRow();
        }
        Disk.Replace(path, rows.Bytes().ToArray(), durable: false);
    }
}
