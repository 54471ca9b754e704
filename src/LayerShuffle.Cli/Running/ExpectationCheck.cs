using System.Globalization;
using LayerShuffle.Results;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Scenarios;

namespace LayerShuffle.Cli.Running;

/// <summary>Holds the scenario's expectations against what was measured and prints both.</summary>
internal static class ExpectationCheck
{
    /// <summary>Prints every expectation with the measured values.</summary>
    /// <returns>Whether all hold.</returns>
    public static bool Print(TextWriter output, Scenario scenario, IReadOnlyList<TrialData> trials)
    {
        if (scenario.Expectations.Count == 0)
            return true;
        Dictionary<(string Model, string Policy, string Condition), ResultGroup> groups = ResultGroup.Of(trials).ToDictionary(g => (g.Model, g.Policy, g.Condition));
        bool all = true;
        output.WriteLine("Expectations:");
        foreach (ExpectationSpec expectation in scenario.Expectations)
        {
            foreach (ModelSpec model in scenario.Models)
            {
                foreach (TrialVariant variant in scenario.Conditions.Where(v => expectation.Matches(model.Name, v)))
                    all &= PrintOne(output, scenario, groups, expectation, model.Name, variant);
            }
        }

        return all;
    }

    private static bool PrintOne(
        TextWriter output, Scenario scenario, Dictionary<(string Model, string Policy, string Condition), ResultGroup> groups, ExpectationSpec expectation, string model,
        TrialVariant variant)
    {
        double? measured = Measure(groups.GetValueOrDefault((model, variant.Policy, variant.Condition)), expectation.Metric, expectation.UsesCiLow), reference = 1;
        if (expectation.Of is { } of)
        {
            (string Name, TrialVariant Variant)? other = scenario.Models.SelectMany(m => scenario.Conditions.Select(v => (m.Name, Variant: v)))
                .Where(o => expectation.IsReference(model, variant, o.Name, o.Variant)).Select(o => ((string, TrialVariant)?)o).FirstOrDefault();
            reference = other is { } found
                ? Measure(groups.GetValueOrDefault((found.Name, found.Variant.Policy, found.Variant.Condition)), of.Metric ?? expectation.Metric, false)
                : null;
        }

        // A comparison with NaN or with nothing is false: what was not measured does not hold.
        bool holds = measured is { } value && reference is { } scale && (expectation.Min is not { } min || value >= min * scale) && (expectation.Max is not { } max || value <= max * scale);
        string limits = string.Join(" and ", new[] { Limit("min", expectation.MinText, expectation.Min, reference, expectation.Of), Limit("max", expectation.MaxText, expectation.Max, reference, expectation.Of) }.OfType<string>());
        string where = variant.Policy == "default" ? variant.Condition : $"{variant.Condition}, {variant.Policy}";
        output.WriteLine($"  {(holds ? "holds " : "FAILS ")} {expectation.Metric} of {model} in {where}: {Text(measured)}, expected {limits}");
        return holds;
    }

    private static double? Measure(ResultGroup? group, string metric, bool ciLow)
    {
        if (group is null)
            return null;
        MetricSummary summary = MetricSummary.Of(group, metric);
        return ciLow ? summary.Ci.Low : summary.Mean;
    }

    private static string? Limit(string name, string? text, double? value, double? reference, ExpectationReference? of)
    {
        if (value is not { } limit)
            return null;
        string shown = $"{name} {text ?? Text(limit)}";
        return of is null ? shown : $"{shown} of {string.Join(" ", new[] { of.Model, of.Condition, of.Policy }.OfType<string>())} ({Text(reference)}) = {Text(limit * reference)}";
    }

    private static string Text(double? value) => value is { } v ? v.ToString("0.####", CultureInfo.InvariantCulture) : "nothing measured";
}
