using LayerShuffle.Results.Statistics;

namespace LayerShuffle.Results.Summaries;

/// <summary>A policy's place in a ranking.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Rank">1 for the best. Equal values share a place.</param>
/// <param name="Value">Its value of <paramref name="Metric"/>; null where it has none.</param>
/// <param name="Metric">What it is compared with the best by: <c>top1</c>, <c>completion</c>, or <c>latency_mean_ms</c> where completion ties.</param>
/// <param name="Difference">Its mean paired difference to the best, in the metric's unit: over requests (top1: images) that both have; 0 for the best, null
/// where there are no pairs.</param>
/// <param name="Ci">The difference's 95% confidence interval. No ends for fewer than two pairs.</param>
/// <param name="WithinNoise">Whether it cannot be told from the best: the interval holds 0, or there is none. False for the best itself.</param>
public sealed record RankedPolicy(string Policy, int Rank, double? Value, string Metric, double? Difference, Interval Ci, bool WithinNoise);
