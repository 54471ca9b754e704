using LayerShuffle.Results.Statistics;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Comparisons;

/// <summary>A run held against another one, where they share models, policies and conditions.</summary>
/// <param name="Reference">What it is compared with.</param>
/// <param name="Run">The run.</param>
/// <param name="Rows">The metrics of what they share, in the order of the first.</param>
/// <param name="Alone">Names of what only one of them has.</param>
public sealed record Comparison(ComparedRun Reference, ComparedRun Run, IReadOnlyList<ComparisonRow> Rows, IReadOnlyList<string> Alone)
{
    /// <summary>From so many paired trials on, trials are what is paired: requests of one trial share its luck.</summary>
    public const int EnoughTrials = 5;

    /// <summary>The method, in words.</summary>
    public const string Method =
        "Differences are paired by training seed and repeat, and shown with Student's t interval (95%): over trials where five or more pair, else, for top1, "
            + "completion, mean latency and loss, over requests of equal number (latency and loss: those that both completed). Requests of one trial share "
            + "its luck, so that intervals over requests may be too narrow. Better and worse: the interval leaves out 0; of many rows one in twenty does so "
            + "by chance.";

    private static readonly string[] HigherIsBetter = ["top1", "top1_completed", "completion", "throughput_images_per_s", "goodput_images_per_s"];

    /// <summary>The metrics that are compared, in order.</summary>
    public static IReadOnlyList<string> Metrics { get; } =
    [
        "top1", "completion", "latency_mean_ms", "latency_p95_ms", "throughput_images_per_s", "layers_skipped_mean", "retries", "energy_j_per_image",
        "cost_per_1000_images", "loss",
    ];

    /// <summary>What differs between the runs besides what they measured.</summary>
    public IEnumerable<string> Notes => RunFacts.Differences(Reference.Name, Reference.Facts, Run.Name, Run.Facts);

    /// <summary>Compares two runs.</summary>
    /// <param name="reference">What is compared with.</param>
    /// <param name="run">What is compared.</param>
    /// <param name="metrics">Which metrics.</param>
    public static Comparison Of(ComparedRun reference, ComparedRun run, IReadOnlyList<string> metrics)
    {
        var others = run.Groups.ToDictionary(group => group.Name, StringComparer.Ordinal);
        ResultGroup[] shared = [.. reference.Groups.Where(group => others.ContainsKey(group.Name))];
        HashSet<string> names = [.. shared.Select(group => group.Name)]; // membership only
        return new Comparison(reference, run,
            [.. shared.SelectMany(group => metrics.Select(metric => Row(group, others[group.Name], metric)).OfType<ComparisonRow>())],
            [.. reference.Groups.Concat(run.Groups).Select(group => group.Name).Where(name => !names.Contains(name)).Distinct()]);
    }

    private static ComparisonRow? Row(ResultGroup first, ResultGroup second, string metric)
    {
        (double? before, double? after) = (MetricSummary.Of(first, metric).Mean, MetricSummary.Of(second, metric).Mean);
        if (before is null && after is null)
            return null;
        (double First, double Second)[] trials = [.. Trials(first, second, metric)];
        bool byRequest = trials.Length < EnoughTrials && PairedDifference.Metrics.Contains(metric);
        (double? difference, Interval ci) = byRequest ? Requests(first, second, metric) : PairedSamples.Difference(trials);
        return new ComparisonRow(first.Model, first.Policy, first.Condition, metric, before, after, difference, ci,
            byRequest ? PairUnit.Requests : PairUnit.Trials, Judge(metric, difference, ci));
    }

    private static (double? Mean, Interval Ci) Requests(ResultGroup first, ResultGroup second, string metric)
    {
        PairedDifference paired = PairedDifference.Of(second, first, metric);
        return (paired.Mean, paired.Ci);
    }

    private static IEnumerable<(double First, double Second)> Trials(ResultGroup first, ResultGroup second, string metric)
    {
        var others = second.Trials.ToDictionary(trial => (trial.Key.TrainingSeed, trial.Key.Repeat));
        return first.Trials.Select(trial => (One: trial.Metrics.Value(metric),
                Other: others.TryGetValue((trial.Key.TrainingSeed, trial.Key.Repeat), out var other) ? other.Metrics.Value(metric) : null))
            .Where(pair => pair.One is not null && pair.Other is not null).Select(pair => (pair.One!.Value, pair.Other!.Value));
    }

    private static Verdict Judge(string metric, double? difference, Interval ci)
    {
        if (difference is null)
            return Verdict.Unknown;
        if (difference == 0 && (ci.Low ?? 0) == 0 && (ci.High ?? 0) == 0)
            return Verdict.Same;
        if (ci is not { Low: not null, High: not null })
            return Verdict.Unknown;
        if (ci.Contains(0))
            return Verdict.WithinNoise;
        return difference > 0 == HigherIsBetter.Contains(metric) ? Verdict.Better : Verdict.Worse;
    }
}
