namespace LayerShuffle.Results.Summaries;

/// <summary>One row of the table that a run ends with.</summary>
/// <param name="Model">The model.</param>
/// <param name="Policy">The policy.</param>
/// <param name="Condition">The condition's full name.</param>
/// <param name="Top1">Accuracy over all images offered; no mean without a model.</param>
/// <param name="Completion">Share of requests that completed.</param>
/// <param name="LatencyP50Ms">Median latency of completed requests.</param>
/// <param name="LatencyP95Ms">95th percentile of the latency of completed requests.</param>
/// <param name="LayersSkipped">Layers lost to failures per completed request.</param>
/// <param name="Retries">Resends of hops per trial.</param>
/// <param name="Rank">The policy's place for this model and condition.</param>
public sealed record SummaryRow(
    string Model, string Policy, string Condition, MetricSummary Top1, MetricSummary Completion, MetricSummary LatencyP50Ms, MetricSummary LatencyP95Ms,
    MetricSummary LayersSkipped, MetricSummary Retries, RankedPolicy Rank);
