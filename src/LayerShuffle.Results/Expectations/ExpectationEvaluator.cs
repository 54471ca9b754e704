using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Expectations;

/// <summary>Holds expectations against results.</summary>
public static class ExpectationEvaluator
{
    /// <summary>What rounding may take from a value that meets its threshold exactly, relative to the threshold (at least 1).</summary>
    private const double Tolerance = 1e-12;

    /// <summary>
    /// Evaluates all expectations: one result for each model, policy and condition that an expectation selects, or one that fails where it selects nothing.
    /// </summary>
    public static IReadOnlyList<ExpectationResult> Evaluate(IEnumerable<Expectation> expectations, IReadOnlyList<ResultGroup> groups) =>
        [.. expectations.SelectMany(expectation => Evaluate(expectation, groups))];

    private static IEnumerable<ExpectationResult> Evaluate(Expectation expectation, IReadOnlyList<ResultGroup> groups)
    {
        var matching = groups.Where(group => Selects(expectation, group)).ToList();
        return matching.Count == 0
            ? [new ExpectationResult(expectation, null, null, null, null, null, false,
                "No model, policy and condition of the results matches.") { LacksTrials = true }]
            : matching.Select(group => Evaluate(expectation, group, groups));
    }

    private static bool Selects(Expectation expectation, ResultGroup group) =>
        (expectation.Model is null || expectation.Model == group.Model)
        && (expectation.Policy is null || expectation.Policy == group.Policy)
        && (expectation.Condition is null || expectation.Condition == group.BaseCondition || expectation.Condition == group.Condition)
        && expectation.Where.All(pair => group.Swept.TryGetValue(SweptColumns.Name(pair.Key), out var value) && SweptValues.Equal(value, pair.Value));

    private static ExpectationResult Evaluate(Expectation expectation, ResultGroup group, IReadOnlyList<ResultGroup> groups)
    {
        ExpectationResult Missing(string message, double? measured = null) => new(expectation, group.Name, measured, null, null, null, false, message);

        if (expectation.Min is null && expectation.Max is null)
            return Missing("There is neither a min nor a max.");
        var (measured, missing) = Measure(group, expectation.Metric, expectation.UsingCiLow);
        if (measured is null)
            return Missing(missing);
        double? reference = null;
        if (expectation.Of is { } of)
        {
            var candidates = groups.Where(other => IsReference(of, group, other)).ToList();
            if (candidates.Count != 1)
                return Missing($"{candidates.Count} groups match what it is relative to; it must be one.",
                    measured) with
                { LacksTrials = candidates.Count == 0 };
            (reference, missing) = Measure(candidates[0], of.Metric ?? expectation.Metric, ciLow: false);
            if (reference is null)
                return Missing(missing, measured);
        }
        var min = expectation.Min * (reference ?? 1);
        var max = expectation.Max * (reference ?? 1);
        var holds = (min is null || measured >= min - Slack(min.Value)) && (max is null || measured <= max + Slack(max.Value));
        return new ExpectationResult(expectation, group.Name, measured, reference, min, max, holds, Describe(expectation, measured.Value, reference, min, max));
    }

    private static bool IsReference(ExpectationReference of, ResultGroup group, ResultGroup other)
    {
        if (other.Model != (of.Model ?? group.Model) || other.Policy != (of.Policy ?? group.Policy))
            return false;
        if (of.Condition is { } condition && condition == other.Condition)
            return true;
        return other.BaseCondition == (of.Condition ?? group.BaseCondition)
            && other.Swept.All(pair => SweptValues.Equal(pair.Value, Wanted(of, group, pair.Key)));
    }

    private static string? Wanted(ExpectationReference of, ResultGroup group, string column)
    {
        foreach (var (key, value) in of.Where ?? new Dictionary<string, string>())
        {
            if (SweptColumns.Name(key) == column)
                return value;
        }
        return group.Swept.GetValueOrDefault(column);
    }

    private static (double? Value, string Missing) Measure(ResultGroup group, string metric, bool ciLow)
    {
        var summary = MetricSummary.Of(group, metric);
        if (!summary.Complete)
            return (null, $"{metric} is blank in a trial of {group.Name}.");
        var value = ciLow ? summary.Ci.Low : summary.Mean;
        if (value is null)
            return (null, $"{metric} has no confidence interval in {group.Name}: there are too few requests or trials.");
        return double.IsFinite(value.Value) ? (value, "") : (null, $"{metric} is not a number in {group.Name}.");
    }

    private static double Slack(double threshold) => Tolerance * Math.Max(1, Math.Abs(threshold));

    private static string Describe(Expectation expectation, double measured, double? reference, double? min, double? max)
    {
        var subject = expectation.UsingCiLow ? $"the lower end of {expectation.Metric}'s confidence interval" : expectation.Metric;
        var bounds = string.Join(" and ",
            new[] { min is { } least ? $"at least {Text(least)}" : null, max is { } most ? $"at most {Text(most)}" : null }.OfType<string>());
        return $"{subject} is {Text(measured)}, expected {bounds}{(reference is { } whole ? $" (relative to {Text(whole)})" : "")}.";
    }

    private static string Text(double value) => CsvFormat.Number(double.Round(value, 6));
}
