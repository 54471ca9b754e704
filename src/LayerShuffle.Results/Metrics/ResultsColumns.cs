namespace LayerShuffle.Results.Metrics;

/// <summary>The columns of the results files, in their order.</summary>
public static class ResultsColumns
{
    /// <summary>What rows join on: the columns with which every file but <c>summary.csv</c> begins.</summary>
    public static IReadOnlyList<string> Key { get; } = ["trial", "model", "training_seed", "policy", "condition", "repeat"];

    /// <summary>Columns of <c>requests.csv</c>.</summary>
    public static IReadOnlyList<string> Requests { get; } =
    [
        .. Key, "request", "first_image", "images", "correct", "correct_top5", "outcome", "submitted_ms", "latency_ms", "order", "skipped", "pruned",
        "kendall_tau_distance", "retries", "warm_up", "hedges", "loss",
    ];

    /// <summary>Columns of <c>hops.csv</c>.</summary>
    public static IReadOnlyList<string> Hops { get; } =
    [
        .. Key, "request", "branch", "position", "attempt", "from", "to", "layer", "sent_ms", "delivered_ms", "acked_ms", "compute_start_ms", "compute_end_ms",
            "fate",
    ];

    /// <summary>Columns of <c>faults.csv</c>.</summary>
    public static IReadOnlyList<string> Faults { get; } = [.. Key, "time_ms", "fault", "kind", "target", "effect", "requested_ms", "lasted_ms"];

    /// <summary>Columns of <c>links.csv</c>.</summary>
    public static IReadOnlyList<string> Links { get; } =
    [
        .. Key, "from", "to", "asked_loss", "realised_loss", "asked_duplicate", "realised_duplicate", "asked_corrupt", "realised_corrupt", "asked_reorder",
        "realised_reorder", "latency_asked_mean_ms", "latency_mean_ms", "latency_stddev_ms", "messages_sent", "delivered", "lost", "duplicated", "corrupted",
        "reordered", "dropped_link_down", "dropped_receiver_down", "control_messages", "bytes", "busy_share",
        "dropped_queue", "packets_lost", "burst_length_mean",
    ];

    /// <summary>Columns of <c>recovery.csv</c>.</summary>
    public static IReadOnlyList<string> Recovery { get; } =
    [
        .. Key, "fault", "target", "down_ms", "detected_ms", "serving_ms", "recovered_ms", "requests_hit", "requests_failed", "top1_during", "steps_lost",
        "steps_repeated", "steps_to_regain",
    ];

    /// <summary>Columns of <c>reliability.csv</c>.</summary>
    public static IReadOnlyList<string> Reliability { get; } = [.. Key, "set", "nodes_down", "probability", "top1", "completion", "layers_missing"];

    /// <summary>Columns of <c>importance.csv</c>.</summary>
    public static IReadOnlyList<string> Importance { get; } =
        [.. Key, "kind", "target", "probability", "top1_up", "top1_down", "value", "ci_low", "ci_high", "n", "method"];

    /// <summary>Columns of <c>training.csv</c>.</summary>
    public static IReadOnlyList<string> Training { get; } =
    [
        .. Key.Skip(1), "epoch", "step", "loss", "class_loss", "position_loss", "learning_rate", "top1_sequential", "top1_arbitrary",
        "top1_validation",
        "steps_hit",
        "layers_skipped",
        "steps_repeated",
    ];

    /// <summary>Columns of <c>conditions.csv</c> for the given swept keys.</summary>
    public static IReadOnlyList<string> Conditions(IEnumerable<string> sweptKeys) =>
        [.. Key, "scenario", "seed", .. SweptColumns.All(sweptKeys), .. TrialMetrics.Columns];
}
