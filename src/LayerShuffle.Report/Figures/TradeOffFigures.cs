using LayerShuffle.Report.Reading;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Report.Figures;

/// <summary>What accuracy (or completion) costs: against latency, bytes, energy and money, with the best that can be had under each condition.</summary>
internal static class TradeOffFigures
{
    private const int MostWords = 14;

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
            yield return Figure(run, cost, $"tradeoff-{id}", title, points);
        }
    }

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

    /// <summary>What every group gets and pays.</summary>
    public static IReadOnlyList<TradeOff> Points(RunFolder run, string cost) =>
    [
        .. run.Groups.Select(group => (group, Value: run.Estimate(group, run.MainMetric), Cost: run.Estimate(group, cost)))
            .Where(point => point.Value.Mean is not null && point.Cost.Mean is not null)
            .Select(point => new TradeOff(point.group, point.Cost.Mean!.Value, point.Value.Mean!.Value, point.Value.Low, point.Value.High)),
    ];

    private static Figure Figure(RunFolder run, string cost, string id, string title, IReadOnlyList<TradeOff> points)
    {
        string Kind(TradeOff point) => run.HasPolicies ? point.Group.Policy : run.HasModel ? point.Group.Model : point.Group.Condition;
        string Rest(TradeOff point) => string.Join(", ", new[] { run.HasPolicies && run.HasModel ? point.Group.Model : "",
            run.HasConditions && (run.HasPolicies || run.HasModel) ? point.Group.Condition : "" }.Where(word => word.Length > 0));
        var fronts = points.GroupBy(point => point.Group.Condition, StringComparer.Ordinal).Select(Front).Where(front => front.Count > 1).ToList();
        List<Series> series = [.. fronts.Select((front, i) => new Series(i == 0 ? "Pareto front of a condition" : "", Look.Dashes, -1,
            [.. front.Select(point => point.Cost)], [.. front.Select(point => point.Value)]))];
        var kinds = points.GroupBy(Kind, StringComparer.Ordinal).ToList();
        series.AddRange(kinds.Take(Palette.Most).Select((same, i) => new Series(same.Key, Look.Dots, i, [.. same.Select(point => point.Cost)],
            [.. same.Select(point => point.Value)])
        {
            Low = [.. same.Select(point => point.Low ?? double.NaN)],
            High = [.. same.Select(point => point.High ?? double.NaN)],
            Words = [.. same.Select(point => Words.Shown(Rest(point)))],
            ShowsWords = points.Count <= MostWords && points.Select(Rest).Distinct(StringComparer.Ordinal).Count() > 1,
        }));
        var (least, most) = (points.Min(point => point.Cost), points.Max(point => point.Cost));
        List<string> notes = ["Up and to the left is better. Bars: 95% interval of the vertical axis."];
        if (fronts.Count > 0)
            notes.Add("The front joins what nothing else beats in both, under one condition.");
        if (kinds.Count > Palette.Most)
            notes.Add($"The first {Palette.Most} of {kinds.Count} kinds; the table has all.");
        return new Figure(id, $"{(run.HasModel ? "Top-1 accuracy" : "Requests completed")} against {title}")
        {
            X = new Axis(Words.Label(cost)) { IsLog = least > 0 && most / least > 20, Min = least > 0 && most / least > 20 ? null : 0 },
            Panels = [new Panel(new Axis(Words.Label(run.MainMetric)) { IsShare = true }, series)],
            Notes = notes,
        };
    }
}

/// <summary>What a group gets and pays.</summary>
/// <param name="Group">The group.</param>
/// <param name="Cost">What it pays.</param>
/// <param name="Value">What it gets.</param>
/// <param name="Low">The lower end of that's interval.</param>
/// <param name="High">The upper end.</param>
internal sealed record TradeOff(ResultGroup Group, double Cost, double Value, double? Low, double? High);
