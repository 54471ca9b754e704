using LayerShuffle.Core.Records;

namespace LayerShuffle.Results.Metrics;

/// <summary>What <c>conditions.csv</c> says of a trial. Null is blank: there was nothing to compute it from.</summary>
public sealed record TrialMetrics
{
    private static readonly (string Name, Func<TrialMetrics, double?> Get)[] Table =
    [
        ("requests", m => m.Requests),
        ("completed", m => m.Completed),
        ("failed", m => m.Failed),
        ("images", m => m.Images),
        ("top1", m => m.Top1),
        ("top5", m => m.Top5),
        ("top1_completed", m => m.Top1Completed),
        ("latency_mean_ms", m => m.LatencyMeanMs),
        ("latency_p50_ms", m => m.LatencyP50Ms),
        ("latency_p95_ms", m => m.LatencyP95Ms),
        ("latency_p99_ms", m => m.LatencyP99Ms),
        ("latency_p95_all_ms", m => m.LatencyP95AllMs),
        ("throughput_images_per_s", m => m.ThroughputImagesPerS),
        ("layers_executed_mean", m => m.LayersExecutedMean),
        ("layers_skipped_mean", m => m.LayersSkippedMean),
        ("kendall_tau_distance_mean", m => m.KendallTauDistanceMean),
        ("messages_sent", m => m.MessagesSent),
        ("messages_lost", m => m.MessagesLost),
        ("messages_duplicated", m => m.MessagesDuplicated),
        ("messages_corrupted", m => m.MessagesCorrupted),
        ("messages_reordered", m => m.MessagesReordered),
        ("retries", m => m.Retries),
        ("results_superseded", m => m.ResultsSuperseded),
        ("bytes_sent", m => m.BytesSent),
        ("duration_s", m => m.DurationS),
        ("energy_j_per_image", m => m.EnergyJPerImage),
        ("flops_per_image", m => m.FlopsPerImage),
        ("cost_per_1000_images", m => m.CostPer1000Images),
        ("goodput_images_per_s", m => m.GoodputImagesPerS),
        ("availability", m => m.Availability),
        ("unhealed", m => m.Unhealed),
        ("hedges", m => m.Hedges),
        ("effective_time_ratio", m => m.EffectiveTimeRatio),
        ("loss", m => m.Loss),
    ];

    private static readonly Dictionary<string, Func<TrialMetrics, double?>> ByName = new(Table.ToDictionary(column => column.Name, column => column.Get))
    {
        [MetricCatalogue.Completion] = m => m.Completion,
    };

    /// <summary>The metrics' columns in <c>conditions.csv</c>, in their order.</summary>
    public static IReadOnlyList<string> Columns { get; } = [.. MetricCatalogue.Columns.Select(column => column.Name)];

    /// <summary>What an expectation may name: every column, and <c>completion</c>, the share of requests that completed.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. MetricCatalogue.All.Select(metric => metric.Name)];

    /// <summary>Requests offered.</summary>
    public required long Requests { get; init; }

    /// <summary>Requests whose result reached the coordinator in time.</summary>
    public required long Completed { get; init; }

    /// <summary>Requests given up or past their deadline.</summary>
    public required long Failed { get; init; }

    /// <summary>Images offered, in all requests.</summary>
    public required long Images { get; init; }

    /// <summary>Images classified right ÷ images offered: a failed request's count as wrong.</summary>
    public required double? Top1 { get; init; }

    /// <summary>Images whose class was among the best five ÷ images offered.</summary>
    public required double? Top5 { get; init; }

    /// <summary>Images classified right ÷ images of completed requests.</summary>
    public required double? Top1Completed { get; init; }

    /// <summary>Mean latency of completed requests.</summary>
    public required double? LatencyMeanMs { get; init; }

    /// <summary>Median latency of completed requests.</summary>
    public required double? LatencyP50Ms { get; init; }

    /// <summary>95th percentile of the latency of completed requests.</summary>
    public required double? LatencyP95Ms { get; init; }

    /// <summary>99th percentile of the latency of completed requests.</summary>
    public required double? LatencyP99Ms { get; init; }

    /// <summary>95th percentile over all requests, with those that did not complete counted at the deadline.</summary>
    public required double? LatencyP95AllMs { get; init; }

    /// <summary>Images of completed requests ÷ duration.</summary>
    public required double? ThroughputImagesPerS { get; init; }

    /// <summary>Mean number of layers that completed requests executed.</summary>
    public required double? LayersExecutedMean { get; init; }

    /// <summary>Mean number of layers that completed requests lost to failures.</summary>
    public required double? LayersSkippedMean { get; init; }

    /// <summary>Mean normalised Kendall tau distance of completed requests' orders to ascending order.</summary>
    public required double? KendallTauDistanceMean { get; init; }

    /// <summary>Data messages handed to links, resends included, injected duplicates not.</summary>
    public required long MessagesSent { get; init; }

    /// <summary>Data copies that never arrived: injected loss, link down, receiver down.</summary>
    public required long MessagesLost { get; init; }

    /// <summary>Data messages sent twice by injected duplication.</summary>
    public required long MessagesDuplicated { get; init; }

    /// <summary>Data copies garbled by injected corruption.</summary>
    public required long MessagesCorrupted { get; init; }

    /// <summary>Data copies that overtook another on their link.</summary>
    public required long MessagesReordered { get; init; }

    /// <summary>Resends of hops, on all branches.</summary>
    public required long Retries { get; init; }

    /// <summary>Results that arrived after their request had its outcome.</summary>
    public required long ResultsSuperseded { get; init; }

    /// <summary>Bytes of the data messages handed to links.</summary>
    public required long BytesSent { get; init; }

    /// <summary>From the first submission to the last outcome, in the clock's own seconds.</summary>
    public required double DurationS { get; init; }

    /// <summary>The share of the trial's time that a node was up, mean over the nodes.</summary>
    public double? Availability { get; init; }

    /// <summary>Energy ÷ images of completed requests.</summary>
    public double? EnergyJPerImage { get; init; }

    /// <summary>Multiply-adds on the journeys of completed requests ÷ their images.</summary>
    public double? FlopsPerImage { get; init; }

    /// <summary>What the nodes cost ÷ images of completed requests × 1,000.</summary>
    public double? CostPer1000Images { get; init; }

    /// <summary>Images classified right ÷ duration.</summary>
    public double? GoodputImagesPerS { get; init; }

    /// <summary>Requests that ended without a result after all faults were lifted; null where they never are.</summary>
    public long? Unhealed { get; init; }

    /// <summary>Of the resends, second copies of hops that are hedged; null in files from before they were counted.</summary>
    public long? Hedges { get; init; }

    /// <summary>Completed requests · their median latency ÷ the time that requests were open; null in files from before it was told.</summary>
    public double? EffectiveTimeRatio { get; init; }

    /// <summary>Mean cross-entropy of the images that were answered, request by request; null in files from before it was told.</summary>
    public double? Loss { get; init; }

    /// <summary>The share of requests that are expected to complete, where sets of dead nodes were weighed instead of a trial in time.</summary>
    public double? ExpectedCompletion { get; init; }

    /// <summary>Completed requests ÷ requests.</summary>
    public double? Completion => Requests > 0 ? (double)Completed / Requests : ExpectedCompletion;

    /// <summary>Computes a trial's metrics from its records.</summary>
    public static TrialMetrics Compute(TrialRecord record) => TrialMetricsCalculator.Compute(record);

    /// <summary>The metrics that a row of <c>conditions.csv</c> tells.</summary>
    /// <param name="cell">The cell under a column; null where it is blank.</param>
    public static TrialMetrics Read(Func<string, double?> cell) => TrialMetricsCalculator.Read(cell);

    /// <summary>A metric by the name of its column, or <c>completion</c>.</summary>
    /// <exception cref="ArgumentException">There is no such metric.</exception>
    public double? Value(string metric) =>
        ByName.TryGetValue(metric,
            out var get) ? get(this) : throw new ArgumentException($"There is no metric '{metric}'. Known are {string.Join(", ", Names)}.", nameof(metric));
}
