using LayerShuffle.Core.Records;

namespace LayerShuffle.Results.Metrics;

/// <summary>
/// How a swept key is called as a column: <c>routing_order</c> for <c>routing.order</c>, and <c>routing_order_value</c> for its value as a number.
/// </summary>
public static class SweptColumns
{
    /// <summary>The column of the condition's bare name, without its sweep point.</summary>
    public const string BaseCondition = SweptKeyColumns.BaseCondition;

    private static readonly HashSet<string> Taken = [.. ResultsColumns.Key, "scenario", "seed", BaseCondition,
        .. MetricCatalogue.Columns.Select(column => column.Name), "training_seeds", "repeats"];

    /// <summary>
    /// The column of a swept key: everything but letters and digits becomes <c>_</c>. A name that another column has begins with <c>swept_</c>.
    /// </summary>
    public static string Name(string key)
    {
        var name = SweptKeyColumns.Plain(key);
        return Taken.Contains(name) ? "swept_" + name : name;
    }

    /// <summary>The column of a swept key's value as a number in SI units.</summary>
    public static string NumberName(string key) => Name(key) + SweptKeyColumns.NumberSuffix;

    /// <summary>
    /// The columns that say at which condition and sweep point a row is: the values as written, then as numbers, then the condition's bare name.
    /// </summary>
    public static IReadOnlyList<string> All(IEnumerable<string> keys)
    {
        string[] all = [.. keys];
        return [.. all.Select(Name), .. all.Select(NumberName), BaseCondition];
    }

    /// <summary>Those of the columns of <c>conditions.csv</c> that hold swept values as written.</summary>
    public static IEnumerable<string> Swept(IReadOnlyList<string> columns) => Between(columns)[..^(Between(columns).Count / 2)];

    /// <summary>Those of the columns of <c>conditions.csv</c> that hold swept values as numbers.</summary>
    public static IEnumerable<string> SweptNumbers(IReadOnlyList<string> columns) => Between(columns)[(Between(columns).Count / 2)..];

    private static List<string> Between(IReadOnlyList<string> columns) =>
        [.. columns.SkipWhile(column => column != "seed").Skip(1).TakeWhile(column => column != BaseCondition)];

    /// <summary>The same values by column instead of by key.</summary>
    public static IReadOnlyDictionary<string, string> ByColumn(IReadOnlyDictionary<string, string> values) =>
        values.ToDictionary(pair => Name(pair.Key), pair => pair.Value, StringComparer.Ordinal);

    /// <summary>A condition's name without its sweep point: names hold no bracket.</summary>
    public static string Bare(string condition) => condition.IndexOf('[', StringComparison.Ordinal) is > 0 and var bracket ? condition[..bracket] : condition;
}
