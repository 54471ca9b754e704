using LayerShuffle.Results.Expectations;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Runs.Plans;

/// <summary>Holds the scenario's expectations against what was measured.</summary>
internal static class ExpectationPoints
{
    /// <summary>Every expectation with the measured values.</summary>
    public static IReadOnlyList<ExpectationResult> Evaluate(Scenario scenario, IReadOnlyList<ResultGroup> groups) =>
        ExpectationEvaluator.Evaluate(scenario.Expectations.SelectMany(Expand), groups);

    /// <summary>One expectation for every combination of the values that <c>where</c> lists.</summary>
    private static IEnumerable<Expectation> Expand(ExpectationSpec spec)
    {
        IEnumerable<Dictionary<string, string>> points = [[]];
        foreach ((string key, IReadOnlyList<string> values) in spec.Where)
            points = points.SelectMany(point => values.Select(value => new Dictionary<string, string>(point) { [key] = value }));
        foreach (Dictionary<string, string> point in points)
        {
            point.Remove("policy", out string? policy);
            yield return new Expectation(spec.Metric, spec.Model, spec.Condition, policy ?? spec.Policy, point, spec.Min, spec.Max, spec.Of, spec.UsesCiLow,
                spec.Text);
        }
    }
}
