using LayerShuffle.Core.Trials;

namespace LayerShuffle.Scenarios.Specs;

/// <summary>Something that must hold of the results.</summary>
public sealed record ExpectationSpec
{
    /// <summary>A column of conditions.csv.</summary>
    public required string Metric { get; init; }

    /// <summary>The model; null for each.</summary>
    public string? Model { get; init; }

    /// <summary>The condition, with or without its sweep point; null for each.</summary>
    public string? Condition { get; init; }

    /// <summary>The policy; null for each.</summary>
    public string? Policy { get; init; }

    /// <summary>Swept keys and the texts of the values they may have, as the sweep writes them.</summary>
    public required IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Where { get; init; }

    /// <summary>The least it may be, in the metric's own unit (ms for <c>latency_…_ms</c>), or as a share of the reference; null for no limit.</summary>
    public double? Min { get; init; }

    /// <summary>The most it may be, likewise.</summary>
    public double? Max { get; init; }

    /// <summary><see cref="Min"/> as written.</summary>
    public string? MinText { get; init; }

    /// <summary><see cref="Max"/> as written.</summary>
    public string? MaxText { get; init; }

    /// <summary>What it is relative to, or null.</summary>
    public ExpectationReference? Of { get; init; }

    /// <summary>Whether the lower end of the confidence interval must hold instead of the mean (<c>using: ci_low</c>).</summary>
    public bool UsesCiLow { get; init; }

    /// <summary>The expectation as it was written, on one line.</summary>
    public required string Text { get; init; }

    /// <summary>Whether it speaks of a model under a condition and policy.</summary>
    public bool Matches(string model, TrialVariant variant) =>
        (Model is null || Model == model) && Names(Condition, variant) && (Policy is null || Policy == variant.Policy) &&
        Where.All(item => item.Value.Contains(item.Key == "policy" ? variant.Policy
            : variant.SweepValues.FirstOrDefault(value => value.Key == item.Key).Value));

    /// <summary>Whether a model under a condition and policy is what a match of this expectation is relative to.</summary>
    /// <param name="model">The model that matched.</param>
    /// <param name="variant">The variant that matched.</param>
    /// <param name="otherModel">The candidate's model.</param>
    /// <param name="other">The candidate's variant.</param>
    public bool IsReference(string model, TrialVariant variant, string otherModel, TrialVariant other) =>
        Of is { } of && otherModel == (of.Model ?? model) && other.Policy == (of.Policy ?? variant.Policy) &&
        (of.Condition == other.Condition
            || ((of.Condition ?? variant.BaseCondition) == other.BaseCondition && other.SweepValues.SequenceEqual(variant.SweepValues)));

    private static bool Names(string? condition, TrialVariant variant) => condition is null || condition == variant.BaseCondition
        || condition == variant.Condition;
}
