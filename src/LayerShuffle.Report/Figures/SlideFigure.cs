using LayerShuffle.Report.Reading;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Report.Figures;

/// <summary>The figure for the slide: the one picture of a run that says its point, with the point as its title.</summary>
internal static class SlideFigure
{
    private const int MostRows = 8;
    private const string Latency = "latency_mean_ms";

    /// <summary>The figure; null where nothing was measured.</summary>
    public static Figure? Of(RunFolder run)
    {
        if (Chosen(run) is not { } chosen)
            return null;
        return chosen with
        {
            Id = "slide",
            Title = Point(run),
            Subtitle = run.Description.Length > 0 ? run.Description : $"{run.Name}: {chosen.Title.ToLowerInvariant()}",
        };
    }

    /// <summary>What the run shows, in a sentence.</summary>
    public static string Point(RunFolder run)
    {
        if (run.HasPolicies && Worst(run) is { } harsh)
            return harsh;
        var byModel = run.Groups.GroupBy(group => group.Model, StringComparer.Ordinal).Select(model => Extremes(run, model)).OfType<Range>().ToList();
        if (byModel.Count == 0)
            return $"{run.Name}: nothing is measured yet";
        var what = run.HasModel ? "right" : "completed";
        var (best, worst) = (byModel.MaxBy(model => model.Worst)!, byModel.MinBy(model => model.Worst)!);
        if (byModel.Count > 1 && best.Worst - worst.Worst > 0.02)
        {
            var same = run.Groups.FirstOrDefault(group => group.Model == best.Model && group.Condition == worst.WorstCondition);
            return $"Under {worst.WorstCondition}, {worst.Model} is {Words.Percent(worst.Worst)} {what}"
                + (same is not null && run.Estimate(same, run.MainMetric).Mean is { } kept ? $"; {best.Model} keeps {Words.Percent(kept)}"
                    : $"; {best.Model} never falls below {Words.Percent(best.Worst)}");
        }

        return worst.Best - worst.Worst < 0.005
            ? run.HasModel ? $"{worst.Model} is {Words.Percent(worst.Worst)} right under every condition"
                : $"{(worst.Worst == 1 ? "All" : Words.Percent(worst.Worst) + " of")} requests complete under every condition"
            : $"From {Words.Percent(worst.Best)} {what} under {worst.BestCondition} to {Words.Percent(worst.Worst)} under {worst.WorstCondition}";
    }

    /// <summary>The model and condition in which policies differ most.</summary>
    private static PolicyRanking? Harshest(RunFolder run) => PolicyRanking.Of(run.Groups)
        .Where(ranking => ranking.Policies.Count > 1 && ranking.Policies[0].Value is not null)
        .MaxBy(ranking => Math.Abs((ranking.Policies[0].Value ?? 0) - (ranking.Policies[^1].Value ?? 0)));

    /// <summary>The ranking there.</summary>
    private static string? Worst(RunFolder run)
    {
        if (Harshest(run) is not { } ranking)
            return null;
        var (best, last) = (ranking.Policies[0], ranking.Policies[^1]);
        string[] equal = [.. ranking.Policies.Skip(1).SkipLast(1).Where(policy => policy.WithinNoise).Select(policy => policy.Policy)];
        var only = !run.HasConditions;
        var where = run.HasModel ? only ? $"For {ranking.Model}" : $"For {ranking.Model} under {ranking.Condition}" : only ? "" : $"Under {ranking.Condition}";
        return (where.Length > 0 ? $"{where}, {best.Policy}" : best.Policy) + $" does best ({Of(best)})"
            + (last.WithinNoise && equal.Length == ranking.Policies.Count - 2 ? ", all others within noise"
                : (equal.Length > 0 ? $", {Words.List(equal)} within noise of it" : "") + $"; {last.Policy} comes to {Of(last)}");

        string Of(RankedPolicy policy)
        {
            var group = run.Groups.First(group => (group.Model, group.Condition, group.Policy) == (ranking.Model, ranking.Condition, policy.Policy));
            return Words.Value(run.MainMetric, run.Estimate(group, run.MainMetric).Mean) + (best.Metric == "latency_mean_ms" || best.Metric != last.Metric
                ? $", {Words.Value("latency_mean_ms", run.Estimate(group, "latency_mean_ms").Mean)} on average" : "");
        }
    }

    private static Figure? Chosen(RunFolder run)
    {
        if (SweepFigures.Of(run).FirstOrDefault(figure => figure.X.Names is null) is { } swept)
            return swept with { Panels = [swept.Panels[0]] };
        if (run.HasPolicies && Harshest(run) is { } harshest && run.Groups.Select(group => (group.Condition, group.Policy)).Distinct().Count() > MostRows)
            run = run with { Groups = [.. run.Groups.Where(group => group.Condition == harshest.Condition)] }; // of which the title speaks
        if (AccuracyFigure.Of(run) is not { } all)
            return null;
        if (!run.HasModel && all.Panels[0].Series.SelectMany(series => series.X).Distinct().Count() < 2
            && run.Groups.Any(group => run.Estimate(group, Latency).Mean is not null))
            all = AccuracyFigure.Rows(run, Latency, all.Id, $"{Words.Capital(Words.Name(Latency))} under every condition", "");
        return all.Panels[0].Y.Names!.Count <= MostRows ? all : all with
        {
            Panels = [all.Panels[0] with
            {
                Y = all.Panels[0].Y with { Names = [.. all.Panels[0].Y.Names!.Take(MostRows)] },
                Series = [.. all.Panels[0].Series.Select(series => First(series))],
            }],
            Notes = [.. all.Notes, $"The first {MostRows} rows; report.html has all."],
        };
    }

    private static Series First(Series series)
    {
        int[] kept = [.. Enumerable.Range(0, series.Y.Count).Where(i => series.Y[i] < MostRows - 0.5)];
        return series with
        {
            X = [.. kept.Select(i => series.X[i])],
            Y = [.. kept.Select(i => series.Y[i])],
            Low = series.Low is { } low ? [.. kept.Select(i => low[i])] : null,
            High = series.High is { } high ? [.. kept.Select(i => high[i])] : null,
            Words = series.Words is { } words ? [.. kept.Select(i => words[i])] : null,
        };
    }

    private static Range? Extremes(RunFolder run, IEnumerable<ResultGroup> groups)
    {
        var measured = groups.Select(group => (group.Condition, Value: run.Estimate(group, run.MainMetric).Mean))
            .Where(pair => pair.Value is not null).ToList();
        if (measured.Count == 0)
            return null;
        var (best, worst) = (measured.MaxBy(pair => pair.Value), measured.MinBy(pair => pair.Value));
        return new Range(groups.First().Model, best.Condition, best.Value!.Value, worst.Condition, worst.Value!.Value);
    }

    private sealed record Range(string Model, string BestCondition, double Best, string WorstCondition, double Worst);
}
