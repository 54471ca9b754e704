namespace LayerShuffle.Scenarios.Specs;

/// <summary>What an expectation is relative to; null means the same as the expectation's own.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Model">The model.</param>
/// <param name="Condition">The condition, with or without its sweep point; without, the same sweep point is meant.</param>
/// <param name="Policy">The policy.</param>
public sealed record ExpectationReference(string? Metric, string? Model, string? Condition, string? Policy);
