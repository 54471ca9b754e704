namespace LayerShuffle.Swarm.Books;

/// <summary>A row of <c>requests.csv</c>; times in nanoseconds.</summary>
/// <param name="row">The row.</param>
internal sealed class RequestRow(CsvRow row)
{
    public int Request { get; } = (int)row.Count("request");

    public int Images { get; } = (int)row.Count("images");

    public long? Correct { get; } = row.Number("correct") is { } correct ? (long)correct : null;

    public long? CorrectTop5 { get; } = row.Number("correct_top5") is { } correct ? (long)correct : null;

    public string Outcome { get; } = row["outcome"];

    public bool Completed => Outcome == "completed";

    public long Submitted { get; } = row.Time("submitted_ms")!.Value;

    public long? Latency { get; } = row.Time("latency_ms");

    public double? LatencyMs { get; } = row.Number("latency_ms");

    public IReadOnlyList<int> Order { get; } = row.Ids("order");

    public IReadOnlyList<int> Skipped { get; } = row.Ids("skipped");

    public IReadOnlyList<int> Pruned { get; } = row.Ids("pruned");

    public double? KendallTau { get; } = row.Number("kendall_tau_distance");

    public long? Retries { get; } = row.Number("retries") is { } retries ? (long)retries : null;

    public long? Hedges { get; } = row.Number("hedges") is { } hedges ? (long)hedges : null;

    public double? Loss { get; } = row.Number("loss");

    /// <summary>Whether it counts in no metric.</summary>
    public bool WarmUp { get; } = row["warm_up"] == "true";

    public override string ToString() => $"requests.csv: {row}";
}

/// <summary>A row of <c>hops.csv</c>; times in nanoseconds.</summary>
/// <param name="row">The row.</param>
internal sealed class HopRow(CsvRow row)
{
    public int Request { get; } = (int)row.Count("request");

    public int Branch { get; } = (int)row.Count("branch");

    public int Position { get; } = (int)row.Count("position");

    public int Attempt { get; } = (int)row.Count("attempt");

    public string From { get; } = row["from"];

    public string To { get; } = row["to"];

    public int? Layer { get; } = row.Number("layer") is { } layer ? (int)layer : null;

    public long Sent { get; } = row.Time("sent_ms")!.Value;

    public long? Delivered { get; } = row.Time("delivered_ms");

    public long? Acked { get; } = row.Time("acked_ms");

    public long? Start { get; } = row.Time("compute_start_ms");

    public long? End { get; } = row.Time("compute_end_ms");

    public string Fate { get; } = row["fate"];

    public bool IsLocal => Fate == "local";

    public bool IsResult => Layer is null;

    public override string ToString() => $"hops.csv: {row}";
}

/// <summary>A row of <c>faults.csv</c>; times in nanoseconds.</summary>
/// <param name="row">The row.</param>
internal sealed class FaultRow(CsvRow row)
{
    public long Time { get; } = row.Time("time_ms")!.Value;

    public string Fault { get; } = row["fault"];

    public string Kind { get; } = row["kind"];

    public string Target { get; } = row["target"];

    public string Effect { get; } = row["effect"];

    public override string ToString() => $"faults.csv: {row}";
}

/// <summary>A row of <c>links.csv</c>.</summary>
/// <param name="row">The row.</param>
internal sealed class LinkRow(CsvRow row)
{
    public string From { get; } = row["from"];

    public string To { get; } = row["to"];

    public long Sent { get; } = row.Count("messages_sent");

    public long Delivered { get; } = row.Count("delivered");

    public long Lost { get; } = row.Count("lost");

    public long Duplicated { get; } = row.Count("duplicated");

    public long Corrupted { get; } = row.Count("corrupted");

    public long Overtook { get; } = row.Count("reordered");

    public long LinkDown { get; } = row.Count("dropped_link_down");

    public long ReceiverDown { get; } = row.Count("dropped_receiver_down");

    public long QueueFull { get; } = row.Count("dropped_queue");

    public long Control { get; } = row.Count("control_messages");

    public long Bytes { get; } = row.Count("bytes");

    public double? BusyShare { get; } = row.Number("busy_share");

    public double? LatencyMeanMs { get; } = row.Number("latency_mean_ms");

    public double? RealisedLoss { get; } = row.Number("realised_loss");

    public double? RealisedDuplicate { get; } = row.Number("realised_duplicate");

    public double? BurstLength { get; } = row.Number("burst_length_mean");

    public override string ToString() => $"links.csv: {row}";
}
