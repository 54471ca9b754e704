using LayerShuffle.Report.Figures;
using LayerShuffle.Report.Reading;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Report.Page;

/// <summary>What was asked, what came out, and how sure that is: three sentences, made from the data.</summary>
internal static class Sentences
{
    /// <summary>A model that loses no more than this of its best accuracy survives.</summary>
    public const double NearBest = 0.05;

    private const int MostModels = 4, MostNamed = 5;

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
        var under = Words.Many(run.Groups.Select(group => group.Condition).Distinct(StringComparer.Ordinal).Count(), "condition")
            + (policies > 1 ? $" with {Words.Many(policies, "policy", "policies")}" : "");
        return $"{said}{(run.HasModel ? $"{Words.Many(models, "model")} under {under}" : Words.Capital(under))}: "
            + $"{Words.Many(run.Trials.Count, "trial")}, {Words.Many(run.Groups.Sum(group => group.Requests), "request")}, "
            + $"{Words.Many(run.Trials.Sum(trial => trial.Metrics.Images), "image")}{(run.Facts.Clock == "wall" ? ", on real processes" : "")}.";
    }

    private static string Found(RunFolder run)
    {
        if (run.Groups.Count == 0)
            return "";
        var p95 = run.Groups.Select(group => (Where: string.Join(", ", new[] { run.HasConditions ? group.Condition : "", run.HasPolicies ? group.Policy : "",
                run.HasConditions || run.HasPolicies ? "" : group.Model }.Where(word => word.Length > 0)), Ms: run.Estimate(group, "latency_p95_ms").Mean))
            .Where(pair => pair.Ms is not null).ToList();
        var (low, high) = p95.Count == 0 ? default : (p95.MinBy(pair => pair.Ms), p95.MaxBy(pair => pair.Ms));
        return SlideFigure.Point(run) + "." + Survives(run) + (p95.Count == 0 ? ""
            : low.Ms == high.Ms ? $" 95% of completed requests were answered within {Words.Number(low.Ms)} ms."
            : $" 95% of completed requests were answered within {Words.Number(low.Ms)} ms ({low.Where}) to {Words.Number(high.Ms)} ms ({high.Where}).");
    }

    /// <summary>Under which conditions each model stays near its best.</summary>
    private static string Survives(RunFolder run)
    {
        if (!run.HasModel || run.HasPolicies || !run.HasConditions)
            return "";
        var models = run.Groups.GroupBy(group => group.Model, StringComparer.Ordinal).ToList();
        if (models.Count > MostModels)
            return "";
        var parts = models.Select(model => Survives(run, [.. model])).Where(part => part.Words.Length > 0).ToList();
        return parts.Count == 0 ? "" : " " + string.Join("; ", parts.Select((part, i) =>
            $"{part.Model}{(i == 0 ? $" stays within {Words.Number(100 * NearBest)} points of its best" : "")} {part.Words}")) + ".";
    }

    private static (string Model, string Words) Survives(RunFolder run, IReadOnlyList<ResultGroup> groups)
    {
        var measured = groups.Select(group => (group.Condition, Value: run.Estimate(group, run.MainMetric).Mean))
            .Where(pair => pair.Value is not null).ToList();
        if (measured.Count == 0)
            return ("", "");
        var best = measured.Max(pair => pair.Value)!.Value;
        string[] near = [.. measured.Where(pair => pair.Value >= best - NearBest).Select(pair => pair.Condition)];
        return (groups[0].Model, $"({Words.Percent(best)}) under " + (near.Length == measured.Count ? $"all {measured.Count} conditions"
            : near.Length <= MostNamed ? $"{Words.List(near)} alone" : $"{near.Length} of {measured.Count} conditions"));
    }

    private static string Sure(RunFolder run)
    {
        if (run.Groups.Count == 0)
            return "";
        var metric = run.MainMetric;
        double[] widths = [.. run.Groups.Select(group => run.Estimate(group, metric)).Where(estimate => estimate.Low is not null && estimate.High is not null)
            .Select(estimate => (estimate.High!.Value - estimate.Low!.Value) / 2)];
        var sure = widths.Length == 0 ? $"How sure that is cannot be told: {Words.Name(metric)} has no interval here"
            : $"{(run.HasModel ? Words.Capital(Words.Name(metric)) : "The share of requests completed")} is known to "
                + $"±{Words.Points(Math.Max(0.001, widths.Max()))} points or better (95% intervals over requests"
                + $"{(run.Groups.Max(group => group.TrainingSeeds) > 1 || !run.HasModel ? "" : ", of these models: one training seed each")})";
        var expectations = run.Facts.Expectations;
        var held = expectations.Count(expectation => expectation.Holds);
        return sure + (expectations.Count == 0 ? "." : held == expectations.Count
            ? $"; {(expectations.Count == 1 ? "the expectation holds" : $"all {expectations.Count} expectations hold")}."
            : $"; {held} of {expectations.Count} expectations hold.");
    }
}
