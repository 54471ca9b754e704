using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Results.Csv;

/// <summary>How a swept key is called as a column: <c>routing_order</c> for <c>routing.order</c>.</summary>
public static class SweptColumns
{
    private static readonly HashSet<string> Taken = [.. ResultsColumns.Key, "scenario", "seed", .. TrialMetrics.Columns, "training_seeds", "repeats"];

    /// <summary>The column of a swept key: everything but letters and digits becomes <c>_</c>. A name that another column has begins with <c>swept_</c>.</summary>
    public static string Name(string key)
    {
        var name = string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_'));
        return Taken.Contains(name) ? "swept_" + name : name;
    }

    /// <summary>The same values by column instead of by key.</summary>
    public static IReadOnlyDictionary<string, string> ByColumn(IReadOnlyDictionary<string, string> values) =>
        values.ToDictionary(pair => Name(pair.Key), pair => pair.Value, StringComparer.Ordinal);
}
