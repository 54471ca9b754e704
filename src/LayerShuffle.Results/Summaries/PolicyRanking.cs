namespace LayerShuffle.Results.Summaries;

/// <summary>
/// The policies of one model and condition, best first: by top1 of all images offered, or without a model by completion, then by mean latency. Policies are
/// compared with the best request by request, paired by training seed, repeat and request, as they meet the same bad luck.
/// </summary>
/// <param name="Model">The model.</param>
/// <param name="Condition">The condition's full name.</param>
/// <param name="Policies">The policies, best first.</param>
public sealed record PolicyRanking(string Model, string Condition, IReadOnlyList<RankedPolicy> Policies)
{
    /// <summary>Ranks the policies of every model and condition.</summary>
    public static IReadOnlyList<PolicyRanking> Of(IReadOnlyList<ResultGroup> groups) =>
        [.. groups.GroupBy(group => (group.Model, group.Condition))
            .Select(policies => new PolicyRanking(policies.Key.Model, policies.Key.Condition, Rank([.. policies])))];

    private static List<RankedPolicy> Rank(IReadOnlyList<ResultGroup> policies)
    {
        var metric = policies.All(policy => policy.HasModel) ? "top1" : "completion";
        var placed = policies
            .Select(policy => (
                Group: policy,
                Value: MetricSummary.Of(policy, metric).Mean,
                LatencyMs: metric == "top1" ? null : MetricSummary.Of(policy, "latency_mean_ms").Mean))
            .OrderByDescending(policy => policy.Value ?? double.NegativeInfinity)
            .ThenBy(policy => policy.LatencyMs ?? double.PositiveInfinity)
            .ToList();
        var best = placed[0];
        var ranked = new List<RankedPolicy>();
        for (var i = 0; i < placed.Count; i++)
        {
            var (group, value, latency) = placed[i];
            var tiesWithPrevious = i > 0 && placed[i - 1].Value == value && placed[i - 1].LatencyMs == latency;
            var rank = tiesWithPrevious ? ranked[^1].Rank : i + 1;
            var by = metric == "completion" && placed.Count > 1 && value == (i == 0 ? placed[1].Value : best.Value) ? "latency_mean_ms" : metric;
            var difference = Difference.Of(group, best.Group, by);
            ranked.Add(new RankedPolicy(group.Policy, rank, by == metric ? value : latency, by, difference.Mean, difference.Ci, i > 0
                && difference.Ci.Contains(0)));
        }
        return ranked;
    }
}
