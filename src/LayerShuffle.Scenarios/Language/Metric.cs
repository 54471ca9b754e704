using LayerShuffle.Core.Records;
using LayerShuffle.Scenarios.Units;

namespace LayerShuffle.Scenarios.Language;

/// <summary>A metric that an expectation can bound: a column of conditions.csv, or one of summary.csv.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">How a bound on it is written.</param>
/// <param name="NeedsModel">Whether it is blank where the network alone is simulated.</param>
public sealed record Metric(string Name, MetricUnit Unit, bool NeedsModel = false)
{
    /// <summary>Every metric of the catalogue, in its order.</summary>
    public static IReadOnlyList<Metric> All { get; } = [.. MetricCatalogue.All.Select(entry => new Metric(entry.Name, entry.Unit, entry.NeedsModel))];

    /// <summary>The metric of a name, or null.</summary>
    public static Metric? Find(string name) => All.FirstOrDefault(metric => metric.Name == name);

    /// <summary>Reads a bound on this metric in its own unit; says what is wrong with it, or null.</summary>
    /// <param name="text">The bound as written.</param>
    /// <param name="isRelative">Whether it is a share of another value.</param>
    /// <param name="value">The bound.</param>
    public string? ReadBound(string text, bool isRelative, out double value)
    {
        if (isRelative)
            return Quantity.Ratio(text, out value);
        switch (Unit)
        {
            case MetricUnit.Share:
                return Quantity.Probability(text, out value);
            case MetricUnit.Milliseconds or MetricUnit.Seconds:
                string? problem = Quantity.Duration(text, out Core.Time.Duration duration);
                value = Unit == MetricUnit.Seconds ? duration.TotalSeconds : duration.TotalMilliseconds;
                return problem;
            case MetricUnit.Bytes when Quantity.Number(text, out value) is not null:
                return Quantity.Size(text, out value);
            case MetricUnit.PerSecond when Quantity.Number(text, out value) is not null:
                return Quantity.RequestRate(text, out value);
            case MetricUnit.Number when text.Contains('%', StringComparison.Ordinal):
                return Quantity.Ratio(text, out value);
            default:
                return Quantity.Number(text, out value);
        }
    }

    /// <summary>How a bound on this metric is written, in a message.</summary>
    public string Expected(bool isRelative) => isRelative ? "a share of the other value such as `85%`" : Unit switch
    {
        MetricUnit.Share => "a share such as `60%`",
        MetricUnit.Milliseconds or MetricUnit.Seconds => "a duration such as `100ms`",
        MetricUnit.Bytes => "a size such as `10MB`",
        MetricUnit.PerSecond => "a number, or a rate such as `50/s`",
        _ => "a number",
    };
}
