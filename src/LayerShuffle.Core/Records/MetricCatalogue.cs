namespace LayerShuffle.Core.Records;

/// <summary>
/// Every metric, once: what a scenario may expect, the columns of <c>conditions.csv</c> and the metrics of <c>summary.csv</c> are taken from here, so that what
/// one of them knows the others know too.
/// </summary>
public static class MetricCatalogue
{
    /// <summary>The share of requests that completed: summarised and expected, and no column of its own beside <c>completed</c> and <c>requests</c>.</summary>
    public const string Completion = "completion";

    /// <summary>The columns of <c>conditions.csv</c>, in their order.</summary>
    public static IReadOnlyList<MetricEntry> Columns { get; } =
    [
        new("requests", MetricUnit.Number), new("completed", MetricUnit.Number), new("failed", MetricUnit.Number), new("images", MetricUnit.Number),
        new("top1", MetricUnit.Share, true), new("top5", MetricUnit.Share, true), new("top1_completed", MetricUnit.Share, true),
        new("latency_mean_ms", MetricUnit.Milliseconds), new("latency_p50_ms", MetricUnit.Milliseconds), new("latency_p95_ms", MetricUnit.Milliseconds),
        new("latency_p99_ms", MetricUnit.Milliseconds), new("latency_p95_all_ms", MetricUnit.Milliseconds),
            new("throughput_images_per_s", MetricUnit.PerSecond),
        new("layers_executed_mean", MetricUnit.Number), new("layers_skipped_mean", MetricUnit.Number), new("kendall_tau_distance_mean", MetricUnit.Number),
        new("messages_sent", MetricUnit.Number), new("messages_lost", MetricUnit.Number), new("messages_duplicated", MetricUnit.Number),
        new("messages_corrupted", MetricUnit.Number), new("messages_reordered", MetricUnit.Number), new("retries", MetricUnit.Number),
        new("results_superseded", MetricUnit.Number), new("bytes_sent", MetricUnit.Bytes), new("duration_s", MetricUnit.Seconds),
        new("energy_j_per_image", MetricUnit.Number), new("flops_per_image", MetricUnit.Number, true), new("cost_per_1000_images", MetricUnit.Number),
        new("goodput_images_per_s", MetricUnit.PerSecond, true), new("availability", MetricUnit.Share),
        new("unhealed", MetricUnit.Number), new("hedges", MetricUnit.Number), new("effective_time_ratio", MetricUnit.Share),
        new("loss", MetricUnit.Number, true),
    ];

    /// <summary>Everything that can be expected and measured: the columns, and what is computed from them.</summary>
    public static IReadOnlyList<MetricEntry> All { get; } = [.. Columns, new(Completion, MetricUnit.Share)];

    /// <summary>The metrics of <c>summary.csv</c>, in their order.</summary>
    public static IReadOnlyList<string> Summarised { get; } =
    [
        "top1", "top1_completed", Completion, "latency_mean_ms", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "throughput_images_per_s",
        "layers_skipped_mean", "retries", "messages_lost",
        "energy_j_per_image", "flops_per_image", "cost_per_1000_images", "goodput_images_per_s", "hedges", "loss",
    ];
}

/// <summary>What a trial is measured by.</summary>
/// <param name="Name">The metric's name: its column where it has one.</param>
/// <param name="Unit">What it is measured in.</param>
/// <param name="NeedsModel">Whether it is blank where the network alone is simulated.</param>
public sealed record MetricEntry(string Name, MetricUnit Unit, bool NeedsModel = false);

/// <summary>In what a metric is measured, and how a bound on it is written.</summary>
public enum MetricUnit
{
    /// <summary>A plain number.</summary>
    Number,

    /// <summary>A fraction in [0, 1], written as a probability.</summary>
    Share,

    /// <summary>Milliseconds, written as a duration.</summary>
    Milliseconds,

    /// <summary>Seconds, written as a duration.</summary>
    Seconds,

    /// <summary>Bytes, written as a size or a number.</summary>
    Bytes,

    /// <summary>So many a second.</summary>
    PerSecond,
}
