using LayerShuffle.Results.Statistics;

namespace LayerShuffle.Results.Comparisons;

/// <summary>One metric of one model, policy and condition that two runs share.</summary>
/// <param name="Model">The model.</param>
/// <param name="Policy">The policy.</param>
/// <param name="Condition">The condition, with its sweep point.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Reference">The first run's mean.</param>
/// <param name="Value">The other run's mean.</param>
/// <param name="Difference">The mean paired difference: the other run less the first; null where nothing pairs.</param>
/// <param name="Ci">Its 95% confidence interval; no ends for fewer than two pairs.</param>
/// <param name="Unit">What was paired.</param>
/// <param name="Verdict">What that says.</param>
public sealed record ComparisonRow(string Model, string Policy, string Condition, string Metric, double? Reference, double? Value, double? Difference,
    Interval Ci, PairUnit Unit, Verdict Verdict);

/// <summary>What is paired.</summary>
public enum PairUnit
{
    /// <summary>Requests, by training seed, repeat and number.</summary>
    Requests,

    /// <summary>Trials, by training seed and repeat.</summary>
    Trials,
}

/// <summary>What a difference says.</summary>
public enum Verdict
{
    /// <summary>There is none.</summary>
    Same,

    /// <summary>The interval lies on the good side of 0.</summary>
    Better,

    /// <summary>The interval lies on the bad side of 0.</summary>
    Worse,

    /// <summary>The interval holds 0.</summary>
    WithinNoise,

    /// <summary>There is no interval: fewer than two pairs.</summary>
    Unknown,
}
