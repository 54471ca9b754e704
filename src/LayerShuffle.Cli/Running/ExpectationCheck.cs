using LayerShuffle.Results.Expectations;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Scenarios;
using Reference = LayerShuffle.Results.Expectations.ExpectationReference;

namespace LayerShuffle.Cli.Running;

/// <summary>Holds the scenario's expectations against what was measured and prints both.</summary>
internal static class ExpectationCheck
{
    /// <summary>Prints every expectation with the measured values.</summary>
    /// <returns>Whether all hold that could be judged.</returns>
    public static bool Print(TextWriter output, Scenario scenario, IReadOnlyList<ResultGroup> groups, TrialSelection selection)
    {
        if (scenario.Expectations.Count == 0)
            return true;
        bool all = true;
        output.WriteLine("Expectations:");
        foreach (ExpectationResult result in ExpectationEvaluator.Evaluate(scenario.Expectations.SelectMany(Expand), groups))
        {
            if (selection.IsNarrow && result.LacksTrials)
            {
                output.WriteLine($"  not judged  {(result.Group is { } lonely ? $"{lonely}: " : "")}--only {selection.Text} leaves out what it needs  [{result.Expectation.Text}]");
                continue;
            }

            output.WriteLine($"  {(result.Holds ? "holds" : "FAILS")}  {(result.Group is { } group ? $"{group}: " : "")}{result.Message}{(result.Holds ? "" : $"  [{result.Expectation.Text}]")}");
            all &= result.Holds;
        }

        return all;
    }

    /// <summary>One expectation for every combination of the values that <c>where</c> lists.</summary>
    private static IEnumerable<Expectation> Expand(ExpectationSpec spec)
    {
        IEnumerable<Dictionary<string, string>> points = [[]];
        foreach ((string key, IReadOnlyList<string> values) in spec.Where)
            points = points.SelectMany(point => values.Select(value => new Dictionary<string, string>(point) { [key] = value }));
        Reference? of = spec.Of is { } other ? new Reference(other.Model, other.Condition, other.Policy, null, other.Metric) : null;
        foreach (Dictionary<string, string> point in points)
        {
            point.Remove("policy", out string? policy);
            yield return new Expectation(spec.Metric, spec.Model, spec.Condition, policy ?? spec.Policy, point, spec.Min, spec.Max, of, spec.UsesCiLow, spec.Text);
        }
    }
}
