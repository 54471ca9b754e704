using LayerShuffle.Core.Records;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Statistics;

namespace LayerShuffle.Results.Summaries;

/// <summary>One metric of a group of trials.</summary>
/// <param name="Mean">Mean of the trials' values, over training seeds and repeats; null where no trial has one.</param>
/// <param name="StdSeeds">Standard deviation between training seeds (of the means over repeats); null for fewer than two.</param>
/// <param name="StdRepeats">Standard deviation between repeats (of the means over training seeds); null for fewer than two.</param>
/// <param name="Ci">The 95% confidence interval, and what it counts as a unit.</param>
/// <param name="Complete">Whether every trial has a value.</param>
public sealed record MetricSummary(double? Mean, double? StdSeeds, double? StdRepeats, Interval Ci, bool Complete)
{
    /// <summary>Summarises a metric (a column of <c>conditions.csv</c>, or <c>completion</c>) over a group.</summary>
    public static MetricSummary Of(ResultGroup group, string metric)
    {
        var values = group.Trials.Select(trial => (trial.Key, Value: trial.Metrics.Value(metric))).Where(pair => pair.Value is not null)
            .Select(pair => (pair.Key, Value: pair.Value!.Value)).ToList();
        var mean = values.Count > 0 ? values.Average(pair => pair.Value) : (double?)null;
        return new MetricSummary(
            mean,
            StandardDeviation(values.GroupBy(pair => pair.Key.TrainingSeed).Select(seed => seed.Average(pair => pair.Value))),
            StandardDeviation(values.GroupBy(pair => pair.Key.Repeat).Select(repeat => repeat.Average(pair => pair.Value))),
            values.Count > 0 ? ConfidenceInterval(group, metric, values.Select(pair => pair.Value)) : new Interval(null, null, 0),
            values.Count == group.Trials.Count);
    }

    private static Interval ConfidenceInterval(ResultGroup group, string metric, IEnumerable<double> trialValues) => metric switch
    {
        "top1" when group.Trials.All(trial => trial.Expected is not null) => OfExpected([.. group.Trials.Select(trial => trial.Expected!)]),
        "top1" => Intervals.Ratio(Pooled(group, _ => true, (trial, i) => (trial.Correct[i], trial.Images[i]))),
        "top1_completed" => Intervals.Ratio(PooledCompleted(group, (trial, i) => (trial.Correct[i], trial.Images[i]))),
        "loss" when group.Trials.All(trial => trial.Expected is null) => Intervals.Ratio(
            Pooled(group, request => request.Trial.HasLoss(request.Index), (trial, i) => (trial.Loss[i] * trial.Images[i], trial.Images[i]))),
        "latency_mean_ms" => Intervals.Ratio(PooledCompleted(group, (trial, i) => (trial.LatencyMs[i], 1))),
        "layers_skipped_mean" => Intervals.Ratio(PooledCompleted(group, (trial, i) => (trial.Skipped[i], 1))),
        "completion" => Intervals.Wilson(group.Trials.Sum(trial => trial.Metrics.Completed), group.Requests),
        "latency_p50_ms" when group.Trials.Count == 1 => QuantileOfRequests(group, 0.5),
        "latency_p95_ms" when group.Trials.Count == 1 => QuantileOfRequests(group, 0.95),
        "latency_p99_ms" when group.Trials.Count == 1 => QuantileOfRequests(group, 0.99),
        _ => Intervals.Mean(trialValues),
    };

    /// <summary>The interval of the mean of expected accuracies, each of which has its own.</summary>
    private static Interval OfExpected(ExpectedAccuracy[] trials)
    {
        var count = trials.Sum(trial => trial.Count);
        if (trials.Any(trial => trial is not { Top1: not null, Low: not null, High: not null }))
            return new Interval(null, null, count);
        if (trials.Length == 1)
            return new Interval(trials[0].Low, trials[0].High, count);
        var middle = trials.Average(trial => (trial.Low!.Value + trial.High!.Value) / 2);
        var half = Math.Sqrt(trials.Sum(trial => Math.Pow((trial.High!.Value - trial.Low!.Value) / 2, 2))) / trials.Length;
        return new Interval(middle - half, middle + half, count);
    }

    private static IEnumerable<(double, double)> PooledCompleted(ResultGroup group, Func<TrialData, int, (double, double)> unit) =>
        Pooled(group, request => request.Trial.Completed(request.Index), unit);

    private static IEnumerable<(double, double)> Pooled(
        ResultGroup group, Func<(TrialData Trial, int Index), bool> counts, Func<TrialData, int, (double, double)> unit) =>
        group.Trials.SelectMany(trial => Enumerable.Range(0, trial.Images.Length).Where(index => counts((trial, index))).Select(index => unit(trial, index)));

    private static Interval QuantileOfRequests(ResultGroup group, double probability) =>
        Intervals.Quantile(group.Trials[0].LatencyMs.Where(double.IsFinite).Order().ToArray(), probability);

    private static double? StandardDeviation(IEnumerable<double> values)
    {
        var all = values.ToArray();
        if (all.Length < 2)
            return null;
        var mean = all.Average();
        return Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)) / (all.Length - 1));
    }
}
