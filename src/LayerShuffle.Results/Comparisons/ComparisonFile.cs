using LayerShuffle.Core.Files;
using LayerShuffle.Results.Csv;

namespace LayerShuffle.Results.Comparisons;

/// <summary>Writes comparisons as CSV: a row per run, model, policy, condition and metric.</summary>
public static class ComparisonFile
{
    /// <summary>The columns.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "reference", "run", "model", "policy", "condition", "metric", "reference_value", "value", "difference", "ci_low", "ci_high", "n", "unit", "verdict",
    ];

    /// <summary>Writes the file; a new one takes an older one's place at once.</summary>
    public static void Write(string path, IEnumerable<Comparison> comparisons)
    {
        using var rows = CsvBuffer.WithHeader(Columns);
        foreach (Comparison comparison in comparisons)
        {
            foreach (ComparisonRow row in comparison.Rows)
            {
                rows.Add(comparison.Reference.Name).Add(comparison.Run.Name).Add(row.Model).Add(row.Policy).Add(row.Condition).Add(row.Metric)
                    .Add(row.Reference).Add(row.Value).Add(row.Difference).Add(row.Ci.Low).Add(row.Ci.High).Add(row.Ci.Count)
                    .Add(row.Unit == PairUnit.Requests ? "requests" : "trials").Add(Word(row.Verdict));
                rows.EndRow();
            }
        }

        Disk.Replace(path, rows.Bytes().ToArray(), durable: false);
    }

    private static string Word(Verdict verdict) => ComparisonText.Word(verdict).Replace(' ', '_');
}
