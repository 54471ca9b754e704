using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Statistics;

namespace LayerShuffle.Results.Summaries;

/// <summary>
/// The difference of two groups, request by request: paired by training seed, repeat and request, so that what both meet alike (images, arrivals, luck of the
/// network) cancels out.
/// </summary>
/// <param name="Mean">The first group's value less the second's; null where nothing pairs.</param>
/// <param name="Ci">Student's t interval over the pairs.</param>
public sealed record PairedDifference(double? Mean, Interval Ci)
{
    /// <summary>The metrics that single requests have.</summary>
    public static IReadOnlyList<string> Metrics { get; } = ["top1", "completion", "latency_mean_ms", "loss"];

    /// <summary>Compares two groups.</summary>
    /// <param name="group">The group.</param>
    /// <param name="other">What it is compared with.</param>
    /// <param name="metric"><c>top1</c> (per image offered), <c>completion</c>, <c>latency_mean_ms</c> (over requests that both completed), or <c>loss</c>
    /// (per image, over requests that have one in both).</param>
    public static PairedDifference Of(ResultGroup group, ResultGroup other, string metric)
    {
        Func<TrialData, TrialData, int, int, (double Part, double Whole)?> pair = metric switch
        {
            "top1" => (a, b, i, j) => (a.Correct[i] - b.Correct[j], a.Images[i]),
            "completion" => (a, b, i, j) => ((a.Completed(i) ? 1 : 0) - (b.Completed(j) ? 1 : 0), 1),
            "latency_mean_ms" => (a, b, i, j) => a.Completed(i) && b.Completed(j) ? (a.LatencyMs[i] - b.LatencyMs[j], 1) : null,
            "loss" => (a, b, i, j) => a.HasLoss(i) && b.HasLoss(j) ? ((a.Loss[i] - b.Loss[j]) * a.Images[i], a.Images[i]) : null,
            _ => throw new ArgumentException($"Differences are paired for {string.Join(", ", Metrics)}, not for '{metric}'.", nameof(metric)),
        };
        var counterparts = other.Trials.ToDictionary(trial => (trial.Key.TrainingSeed, trial.Key.Repeat));
        var pairs = group.Trials
            .Where(trial => counterparts.ContainsKey((trial.Key.TrainingSeed, trial.Key.Repeat)))
            .SelectMany(trial => Pairs(trial, counterparts[(trial.Key.TrainingSeed, trial.Key.Repeat)], pair));
        var (part, whole) = pairs.Aggregate((Part: 0.0, Whole: 0.0), (sum, unit) => (sum.Part + unit.Part, sum.Whole + unit.Whole));
        return new PairedDifference(whole > 0 ? part / whole : null, Intervals.Ratio(pairs));
    }

    private static IEnumerable<(double Part, double Whole)> Pairs(
        TrialData a, TrialData b, Func<TrialData, TrialData, int, int, (double Part, double Whole)?> pair)
    {
        var first = Math.Max(a.FirstRequest, b.FirstRequest); // the warm-up may be longer in one of them
        for (var request = first; request < Math.Min(a.FirstRequest + a.Images.Length, b.FirstRequest + b.Images.Length); request++)
        {
            if (pair(a, b, request - a.FirstRequest, request - b.FirstRequest) is { } unit)
                yield return unit;
        }
    }
}
