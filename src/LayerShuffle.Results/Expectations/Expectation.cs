using LayerShuffle.Core.Trials;

namespace LayerShuffle.Results.Expectations;

/// <summary>What must hold of a metric, at every sweep point and policy that it selects, on the mean over training seeds and repeats.</summary>
/// <param name="Metric">A column of <c>conditions.csv</c>, or <c>completion</c>.</param>
/// <param name="Model">The model; null for every one.</param>
/// <param name="Condition">The condition's name, without the sweep point or with it; null for every one.</param>
/// <param name="Policy">The policy; null for every one.</param>
/// <param name="Where">The swept values, by key, at which it must hold; empty for all.</param>
/// <param name="Min">The least that the metric may be, or the least share of <paramref name="Of"/>; null for no such bound.</param>
/// <param name="Max">The most that the metric may be, or the most as a share of <paramref name="Of"/>; null for no such bound.</param>
/// <param name="Of">What the bounds are relative to; null where they are absolute.</param>
/// <param name="UsingCiLow">Whether the lower end of the 95% confidence interval is measured instead of the mean.</param>
/// <param name="Text">The expression as the scenario writes it.</param>
public sealed record Expectation(
    string Metric, string? Model, string? Condition, string? Policy, IReadOnlyDictionary<string, string> Where, double? Min, double? Max,
        ExpectationReference? Of,
    bool UsingCiLow, string Text);
