using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Statistics;

namespace LayerShuffle.Results.Summaries;

/// <summary>
/// How two groups differ in any metric: paired by request where single requests have it, else by trial, and by nothing where sets of dead nodes were weighed.
/// </summary>
/// <param name="Value">The first group's value.</param>
/// <param name="Other">The second's.</param>
/// <param name="Mean">The mean difference, the first's less the second's; null where nothing pairs.</param>
/// <param name="Ci">Its 95% interval.</param>
/// <param name="PairedBy">request, trial or nothing.</param>
public sealed record Difference(double? Value, double? Other, double? Mean, Interval Ci, string PairedBy)
{
    /// <summary>Whether the groups cannot be told apart by it: the interval holds 0, or has no ends.</summary>
    public bool WithinNoise => Ci.Contains(0);

    /// <summary>Compares two groups.</summary>
    /// <param name="group">The group.</param>
    /// <param name="other">What it is compared with.</param>
    /// <param name="metric">The metric.</param>
    public static Difference Of(ResultGroup group, ResultGroup other, string metric)
    {
        MetricSummary one = MetricSummary.Of(group, metric), two = MetricSummary.Of(other, metric);
        if (group.Trials.Concat(other.Trials).Any(trial => trial.Expected is not null))
            return new(one.Mean, two.Mean, one.Mean - two.Mean, Unpaired(one, two), "nothing");
        if (PairedDifference.Metrics.Contains(metric))
        {
            PairedDifference paired = PairedDifference.Of(group, other, metric);
            return new(one.Mean, two.Mean, paired.Mean, paired.Ci, "request");
        }

        Dictionary<(int, int), TrialData> counterparts = other.Trials.ToDictionary(trial => (trial.Key.TrainingSeed, trial.Key.Repeat));
        double[] pairs = [.. group.Trials.Select(trial => counterparts.GetValueOrDefault((trial.Key.TrainingSeed, trial.Key.Repeat)) is { } counterpart
            ? trial.Metrics.Value(metric) - counterpart.Metrics.Value(metric) : null).OfType<double>()];
        return new(one.Mean, two.Mean, pairs.Length > 0 ? pairs.Average() : null, Intervals.Mean(pairs), "trial");
    }

    /// <summary>The interval of the difference of two that have each their own.</summary>
    private static Interval Unpaired(MetricSummary one, MetricSummary two)
    {
        long count = Math.Min(one.Ci.Count, two.Ci.Count);
        if (one is not { Mean: { } first, Ci.HalfWidth: { } half } || two is not { Mean: { } second, Ci.HalfWidth: { } otherHalf })
            return new Interval(null, null, count);
        double both = Math.Sqrt((half * half) + (otherHalf * otherHalf));
        return new Interval(first - second - both, first - second + both, count);
    }
}
