namespace LayerShuffle.Core.Trials;

/// <summary>What an expectation's bounds are relative to. What is null is as in the group that is measured, the sweep point included.</summary>
/// <param name="Model">The model.</param>
/// <param name="Condition">The condition's name, without the sweep point (then the same one is taken) or with it.</param>
/// <param name="Policy">The policy.</param>
/// <param name="Where">Swept values, by key, that differ from the measured group's; null for none.</param>
/// <param name="Metric">The metric.</param>
public sealed record ExpectationReference(
    string? Model, string? Condition, string? Policy = null, IReadOnlyDictionary<string, string>? Where = null, string? Metric = null);
