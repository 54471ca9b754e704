using LayerShuffle.Core.Trials;

namespace LayerShuffle.Scenarios.Specs;

/// <summary>A trial with the model and the variant that it comes from.</summary>
/// <param name="Spec">What the cluster must know.</param>
/// <param name="Model">The model.</param>
/// <param name="Variant">The condition, sweep point and policy.</param>
public sealed record PlannedTrial(TrialSpec Spec, ModelSpec Model, TrialVariant Variant);
