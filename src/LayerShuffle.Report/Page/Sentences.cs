using LayerShuffle.Report.Figures;
using LayerShuffle.Report.Reading;

namespace LayerShuffle.Report.Page;

/// <summary>What was asked, what came out, and how sure that is: three sentences, made from the data.</summary>
internal static class Sentences
{
    /// <summary>The sentences.</summary>
    public static IReadOnlyList<string> Of(RunFolder run) => [.. new[] { Asked(run), Found(run), Sure(run) }.Where(text => text.Length > 0)];

    private static string Asked(RunFolder run)
    {
        var said = run.Description.TrimEnd() switch
        {
            "" => "",
            [.., '.' or '!' or '?'] ended => ended + " ",
            var open => open + ". ",
        };
        if (run.Groups.Count == 0)
            return said.TrimEnd();
        var models = run.Groups.Select(group => group.Model).Distinct(StringComparer.Ordinal).Count();
        var policies = run.Groups.Select(group => group.Policy).Distinct(StringComparer.Ordinal).Count();
        var parts = new[]
        {
            run.HasModel ? Words.Many(models, "model") : "",
            Words.Many(run.Groups.Select(group => group.Condition).Distinct(StringComparer.Ordinal).Count(), "condition"),
            policies > 1 ? Words.Many(policies, "policy", "policies") : "",
        }.Where(part => part.Length > 0).ToArray();
        var list = parts.Length == 1 ? parts[0] : string.Join(", ", parts[..^1]) + " and " + parts[^1];
        return $"{said}Asked were {list}: {Words.Many(run.Trials.Count, "trial")} with {Words.Many(run.Groups.Sum(group => group.Requests), "request")} "
            + $"of {Words.Many(run.Trials.Sum(trial => trial.Metrics.Images), "image")} in all{(run.Facts.Clock == "wall" ? ", on real processes" : "")}.";
    }

    private static string Found(RunFolder run)
    {
        if (run.Groups.Count == 0)
            return "";
        var point = SlideFigure.Point(run);
        double?[] p95 = [.. run.Groups.Select(group => run.Estimate(group, "latency_p95_ms").Mean)];
        var (low, high) = (p95.Min(), p95.Max());
        return point + (low is not { } least || high is not { } most ? "."
            : least == most ? $"; 95% of completed requests took at most {Words.Number(least)} ms."
            : $"; the 95th percentile of latency lies between {Words.Number(least)} and {Words.Number(most)} ms.");
    }

    private static string Sure(RunFolder run)
    {
        if (run.Groups.Count == 0)
            return "";
        var metric = run.MainMetric;
        double[] widths = [.. run.Groups.Select(group => run.Estimate(group, metric)).Where(estimate => estimate.Low is not null && estimate.High is not null)
            .Select(estimate => (estimate.High!.Value - estimate.Low!.Value) / 2)];
        var sure = widths.Length == 0 ? $"How sure that is cannot be told: {Words.Name(metric)} has no interval here"
            : $"{char.ToUpperInvariant(Words.Name(metric)[0])}{Words.Name(metric)[1..]} is known to ±{Words.Number(100 * widths.Max())} points or better "
                + $"(95% intervals over requests{(run.Groups.Max(group => group.TrainingSeeds) > 1 ? "" : run.HasModel ? "; one training seed each" : "")})";
        var expectations = run.Facts.Expectations;
        var held = expectations.Count(expectation => expectation.Holds);
        return sure + (expectations.Count == 0 ? "." : held == expectations.Count ? $"; all {expectations.Count} expectations hold."
            : $"; {held} of {expectations.Count} expectations hold.");
    }
}
