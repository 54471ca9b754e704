using LayerShuffle.Cli.Terminal;
using LayerShuffle.Results.Expectations;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Scenarios.Specs;
using Reference = LayerShuffle.Results.Expectations.ExpectationReference;

namespace LayerShuffle.Cli.Running;

/// <summary>Holds the scenario's expectations against what was measured and prints both.</summary>
internal static class ExpectationCheck
{
    /// <summary>Every expectation with the measured values.</summary>
    public static IReadOnlyList<ExpectationResult> Evaluate(Scenario scenario, IReadOnlyList<ResultGroup> groups) =>
        ExpectationEvaluator.Evaluate(scenario.Expectations.SelectMany(Expand), groups);

    /// <summary>Prints them.</summary>
    public static void Print(Screen output, IReadOnlyList<ExpectationResult> results, TrialSelection selection)
    {
        if (results.Count == 0)
            return;
        output.WriteLine("Expectations:");
        foreach (ExpectationResult result in results)
        {
            if (selection.LeavesOut(result))
            {
                string left =
                    $"  not judged  {(result.Group is { } lonely ? $"{lonely}: " : "")}--only {selection.Text} leaves out what it needs  "
                        + $"[{result.Expectation.Text}]";
                foreach (string line in Wrapping.Lines(Printable.OneLine(left), output.Width, indent: 9))
                    output.WriteLine(line);
                continue;
            }

            string said =
                $"  {(result.Holds ? "holds" : "FAILS")}  "
                    + $"{(result.Group is { } group ? $"{group}: " : "")}{result.Message}{(result.Holds ? "" : $"  [{result.Expectation.Text}]")}";
            string[] lines = [.. Wrapping.Lines(Printable.OneLine(said), output.Width, indent: 9)];
            output.Raw("  " + output.Paint(lines[0][2..7], result.Holds ? Paint.Green : Paint.Red) + lines[0][7..] + "\n");
            foreach (string line in lines[1..])
                output.WriteLine(line);
        }
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
            yield return new Expectation(spec.Metric, spec.Model, spec.Condition, policy ?? spec.Policy, point, spec.Min, spec.Max, of, spec.UsesCiLow,
                spec.Text);
        }
    }
}
