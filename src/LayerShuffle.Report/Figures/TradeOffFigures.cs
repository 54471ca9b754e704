using LayerShuffle.Report.Reading;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Report.Figures;

/// <summary>What accuracy (or completion) costs: against latency, bytes, energy and money, with the best that can be had under each condition.</summary>
internal static class TradeOffFigures
{
    private const int MostWords = 14, MostPanels = 3;
    private const double LeastSpan = 0.1;

    private static readonly (string Metric, string Id, string Title)[] Costs =
    [
        ("latency_p95_ms", "latency", "latency"), ("bytes_per_image", "bytes", "bytes sent"), ("energy_j_per_image", "energy", "energy"),
        ("cost_per_1000_images", "cost", "cost"),
    ];

    /// <summary>The figures, for what was measured and differs.</summary>
    public static IEnumerable<Figure> Of(RunFolder run)
    {
        foreach (var (cost, id, title) in Costs)
        {
            var points = Points(run, cost);
            if (points.Select(point => point.Cost).Distinct().Count() < 2)
                continue;
            if (!IsChoice(run) || points.Select(point => point.Value).Distinct().Count() < 2)
            {
                // Nothing is bought with it: it is told by itself.
                yield return AccuracyFigure.Rows(run, cost, $"tradeoff-{id}", $"{Words.Capital(Words.Name(cost))} under every condition", "");
                continue;
            }

            yield return Figure(run, cost, $"tradeoff-{id}", title, points);
        }
    }

    /// <summary>Whether there is something to choose: policies, or models.</summary>
    public static bool IsChoice(RunFolder run) => run.HasPolicies || run.Groups.Select(group => group.Model).Distinct(StringComparer.Ordinal).Count() > 1;

    /// <summary>Those points that no other beats in both: cheapest first.</summary>
    public static IReadOnlyList<TradeOff> Front(IEnumerable<TradeOff> points)
    {
        var front = new List<TradeOff>();
        foreach (var point in points.OrderBy(point => point.Cost).ThenByDescending(point => point.Value))
        {
            if (front.Count == 0 || point.Value > front[^1].Value)
                front.Add(point);
        }

        return front;
    }

    /// <summary>
    /// The fronts of a run, one for each condition: of its policies, for each model, where there are policies to choose from, and else of its models.
    /// </summary>
    public static IEnumerable<IReadOnlyList<TradeOff>> Fronts(RunFolder run, IEnumerable<TradeOff> points) =>
        points.GroupBy(point => (point.Group.Condition, Model: run.HasPolicies ? point.Group.Model : "")).Select(Front);

    /// <summary>The groups that are on a front, those that equal one of them included.</summary>
    public static IReadOnlySet<ResultGroup> OnFronts(RunFolder run, string cost)
    {
        var points = Points(run, cost);
        var on = Fronts(run, points).SelectMany(front => front).Select(point => Place(run, point)).ToHashSet();
        return points.Where(point => on.Contains(Place(run, point))).Select(point => point.Group).ToHashSet();

        static (string, string, double, double) Place(RunFolder run, TradeOff point) =>
            (point.Group.Condition, run.HasPolicies ? point.Group.Model : "", point.Cost, point.Value);
    }

    /// <summary>What every group gets and pays.</summary>
    public static IReadOnlyList<TradeOff> Points(RunFolder run, string cost) =>
    [
        .. run.Groups.Select(group => (group, Value: run.Estimate(group, run.MainMetric), Cost: run.Estimate(group, cost)))
            .Where(point => point.Value.Mean is not null && point.Cost.Mean is not null)
            .Select(point => new TradeOff(point.group, point.Cost.Mean!.Value, point.Value.Mean!.Value, point.Value.Low, point.Value.High)),
    ];

    private static Figure Figure(RunFolder run, string cost, string id, string title, IReadOnlyList<TradeOff> points)
    {
        // Policies are compared for one model: each has a panel of its own.
        string[] models = [.. points.Select(point => run.HasPolicies ? point.Group.Model : "").Distinct(StringComparer.Ordinal)];
        string[] kinds = [.. points.Select(point => Kind(run, point)).Distinct(StringComparer.Ordinal)];
        List<Panel> panels = [];
        foreach (var model in models.Take(MostPanels))
        {
            var series = Series(run, [.. points.Where(point => !run.HasPolicies || point.Group.Model == model)], kinds);
            double[] values = [.. series.SelectMany(one => one.Y.Concat(one.Low ?? []).Concat(one.High ?? [])).Where(double.IsFinite)];
            var narrow = values.Max() - values.Min() < LeastSpan; // what hardly differs is not to look as if it did
            panels.Add(new Panel(new Axis(models.Length > 1 ? $"{model}: top-1 (%)" : Words.Label(run.MainMetric))
            {
                IsShare = true,
                Min = narrow ? Math.Max(0, Math.Floor(10 * (values.Max() - LeastSpan)) / 10) : null,
            }, series));
        }

        var (least, most) = (points.Min(point => point.Cost), points.Max(point => point.Cost));
        List<string> notes = ["Up and to the left is better. Bars: 95% interval of the vertical axis."];
        if (panels.Any(panel => panel.Series.Any(series => series.Look == Look.Dashes)))
            notes.Add("The front joins what nothing else beats in both, under one condition.");
        if (kinds.Length > Palette.Most)
            notes.Add($"The first {Palette.Most} of {kinds.Length} kinds; the table has all.");
        if (models.Length > MostPanels)
            notes.Add($"The first {MostPanels} of {models.Length} models; the table has all.");
        return new Figure(id, $"{(run.HasModel ? "Top-1 accuracy" : "Requests completed")} against {title}")
        {
            X = new Axis(Words.Label(cost)) { IsLog = least > 0 && most / least > 20, Min = least > 0 && most / least > 20 ? null : 0 },
            Panels = panels,
            Notes = notes,
        };
    }

    private static List<Series> Series(RunFolder run, IReadOnlyList<TradeOff> points, string[] kinds)
    {
        string Where(TradeOff point) => run.HasConditions && (run.HasPolicies || run.HasModel) ? point.Group.Condition : "";
        List<Series> series = [.. Fronts(run, points).Where(front => front.Count > 1).Select((front, i) => new Series(
            i == 0 ? "Pareto front of a condition" : "", Look.Dashes, -1, [.. front.Select(point => point.Cost)], [.. front.Select(point => point.Value)]))];
        series.AddRange(points.GroupBy(point => Kind(run, point), StringComparer.Ordinal).Where(same => Array.IndexOf(kinds, same.Key) < Palette.Most)
            .Select(same => new Series(same.Key, Look.Dots, Array.IndexOf(kinds, same.Key), [.. same.Select(point => point.Cost)],
                [.. same.Select(point => point.Value)])
            {
                Low = [.. same.Select(point => point.Low ?? double.NaN)],
                High = [.. same.Select(point => point.High ?? double.NaN)],
                Words = [.. same.Select(point => Words.Shown(Where(point)))],
                ShowsWords = points.Count <= MostWords && points.Select(Where).Distinct(StringComparer.Ordinal).Count() > 1,
            }));
        return series;
    }

    private static string Kind(RunFolder run, TradeOff point) =>
        run.HasPolicies ? point.Group.Policy : run.HasModel ? point.Group.Model : point.Group.Condition;
}

/// <summary>What a group gets and pays.</summary>
/// <param name="Group">The group.</param>
/// <param name="Cost">What it pays.</param>
/// <param name="Value">What it gets.</param>
/// <param name="Low">The lower end of that's interval.</param>
/// <param name="High">The upper end.</param>
internal sealed record TradeOff(ResultGroup Group, double Cost, double Value, double? Low, double? High);
