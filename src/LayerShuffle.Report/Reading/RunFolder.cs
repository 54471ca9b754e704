using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Statistics;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Report.Reading;

/// <summary>What a results folder holds, as far as it is there.</summary>
public sealed record RunFolder
{
    /// <summary>Where it is.</summary>
    public required string Path { get; init; }

    /// <summary>The scenario's name.</summary>
    public required string Name { get; init; }

    /// <summary>The scenario's seed, as the files write it; blank where they do not.</summary>
    public string Seed { get; init; } = "";

    /// <summary>What the scenario says of itself.</summary>
    public string Description { get; init; } = "";

    /// <summary>The effective scenario; blank where it is missing.</summary>
    public string Scenario { get; init; } = "";

    /// <summary>What <c>run.json</c> tells.</summary>
    public required RunFacts Facts { get; init; }

    /// <summary>The finished trials.</summary>
    public required IReadOnlyList<TrialData> Trials { get; init; }

    /// <summary>The trials of equal model, policy and condition together.</summary>
    public required IReadOnlyList<ResultGroup> Groups { get; init; }

    /// <summary>The groups as tables list them: by model, then by condition, so that what policies do there stands together.</summary>
    public IReadOnlyList<ResultGroup> Listed => [.. Groups.GroupBy(group => group.Model, StringComparer.Ordinal)
        .SelectMany(model => model.GroupBy(group => group.Condition, StringComparer.Ordinal)).SelectMany(condition => condition)];

    /// <summary>Their requests, by trial.</summary>
    public required IReadOnlyDictionary<int, TrialRequests> Requests { get; init; }

    /// <summary>What each group did with the layers.</summary>
    public required IReadOnlyDictionary<ResultGroup, LayerUse> Layers { get; init; }

    /// <summary>What each group's links were asked for and did.</summary>
    public required IReadOnlyDictionary<ResultGroup, LinkTotals> Links { get; init; }

    /// <summary>The ledger.</summary>
    public required IReadOnlyList<LedgerRow> Ledger { get; init; }

    /// <summary>Epochs of trainings.</summary>
    public required IReadOnlyList<EpochRow> Training { get; init; }

    /// <summary>What layers are worth.</summary>
    public required IReadOnlyList<ProbeRow> Probes { get; init; }

    /// <summary>What layers put out, in two dimensions; empty where nobody asked.</summary>
    public required IReadOnlyList<EmbeddingPoint> Embeddings { get; init; }

    /// <summary>Accuracy over sets of dead nodes.</summary>
    public required IReadOnlyList<ReliabilityRow> Reliability { get; init; }

    /// <summary>What the expected accuracy owes to domains, nodes and layers.</summary>
    public required IReadOnlyList<ImportanceRow> Importance { get; init; }

    /// <summary>What outages cost.</summary>
    public required IReadOnlyList<RecoveryRow> Recovery { get; init; }

    /// <summary>The intervals that <c>summary.csv</c> tells, for folders without requests.</summary>
    public required IReadOnlyDictionary<(string Model, string Policy, string Condition, string Metric), Interval> Kept { get; init; }

    /// <summary>What is not there, or not whole: sentences.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Whether a model computed.</summary>
    public bool HasModel => Groups.Any(group => group.HasModel);

    /// <summary>Whether there are policies to choose from.</summary>
    public bool HasPolicies => Groups.Select(group => group.Policy).Distinct(StringComparer.Ordinal).Count() > 1;

    /// <summary>Whether there is more than one condition.</summary>
    public bool HasConditions => Groups.Select(group => group.Condition).Distinct(StringComparer.Ordinal).Count() > 1;

    /// <summary>What the run is about: accuracy, or without a model how many requests complete.</summary>
    public string MainMetric => HasModel ? "top1" : "completion";

    /// <summary>The group of a trial.</summary>
    public ResultGroup GroupOf(int trial) => Groups.First(group => group.Trials.Any(own => own.Key.Trial == trial));

    /// <summary>A metric of a group, with its interval: from the requests, or where these are missing from what the run had computed of them.</summary>
    public Estimate Estimate(ResultGroup group, string metric)
    {
        if (metric == "bytes_per_image")
        {
            var per = Intervals.Mean(group.Trials.Where(trial => trial.Metrics.Images > 0)
                .Select(trial => (double)trial.Metrics.BytesSent / trial.Metrics.Images));
            long images = group.Trials.Sum(trial => trial.Metrics.Images), bytes = group.Trials.Sum(trial => trial.Metrics.BytesSent);
            return new Estimate(images > 0 ? (double)bytes / images : null, per.Low, per.High);
        }

        var summary = MetricSummary.Of(group, metric);
        var interval = summary.Ci is { Low: null, High: null }
            && group.Trials.All(trial => (metric == "loss" ? trial.Loss.Length : trial.Images.Length) == 0)
            ? Kept.GetValueOrDefault((group.Model, group.Policy, group.Condition, metric)) : summary.Ci;
        return new Estimate(summary.Mean, interval.Low, interval.High);
    }
}

/// <summary>A value with its 95% interval.</summary>
/// <param name="Mean">The value; null where there is none.</param>
/// <param name="Low">The interval's lower end; null where it has none.</param>
/// <param name="High">Its upper end.</param>
public readonly record struct Estimate(double? Mean, double? Low, double? High);
