namespace LayerShuffle.Results.Summaries;

/// <summary>The table that a run ends with.</summary>
/// <param name="Rows">A row per model, policy and condition, in the order of the results.</param>
/// <param name="Rankings">A ranking of the policies per model and condition.</param>
/// <param name="Warnings">Where the results are statistically weak.</param>
public sealed record SummaryTable(IReadOnlyList<SummaryRow> Rows, IReadOnlyList<PolicyRanking> Rankings, IReadOnlyList<WeakResult> Warnings)
{
    /// <summary>Computes the table.</summary>
    public static SummaryTable Of(IReadOnlyList<ResultGroup> groups)
    {
        var rankings = PolicyRanking.Of(groups);
        var places = rankings.SelectMany(ranking => ranking.Policies.Select(policy => (Key: (ranking.Model, ranking.Condition, policy.Policy), Value: policy)))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        return new SummaryTable(
            [
                .. groups.Select(group => new SummaryRow(
                    group.Model, group.Policy, group.Condition, MetricSummary.Of(group, "top1"), MetricSummary.Of(group, "completion"),
                    MetricSummary.Of(group, "latency_p50_ms"), MetricSummary.Of(group, "latency_p95_ms"), MetricSummary.Of(group, "layers_skipped_mean"),
                    MetricSummary.Of(group, "retries"), places[(group.Model, group.Condition, group.Policy)])),
            ],
            rankings,
            WeakResults.In(groups));
    }
}
