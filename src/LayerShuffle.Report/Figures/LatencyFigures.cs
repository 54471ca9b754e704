using LayerShuffle.Report.Reading;
using LayerShuffle.Results.Statistics;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Report.Figures;

/// <summary>How soon requests are answered: the share that is within a time, of all that were offered.</summary>
internal static class LatencyFigures
{
    private const int MostFigures = 6, Points = 160;

    /// <summary>The figures: of each condition its policies, or of each model its conditions.</summary>
    public static IReadOnlyList<Figure> Of(RunFolder run)
    {
        Func<ResultGroup, string> facet = !run.HasPolicies ? group => run.HasConditions ? group.Model : "none"
            : run.HasModel ? group => $"{group.Model}, {group.Condition}" : group => group.Condition;
        Func<ResultGroup, string> line = run.HasPolicies ? group => group.Policy : run.HasConditions || !run.HasModel ? group => group.Condition
            : group => group.Model;
        var figures = new List<Figure>();
        foreach (var same in run.Groups.GroupBy(facet, StringComparer.Ordinal))
        {
            List<Series> series = [.. same.Select(group => (Name: line(group), Latencies: Latencies(group), group.Requests))
                .Where(of => of.Latencies.Length > 0).Select((of, i) => Series(of.Name, of.Latencies, of.Requests, i))];
            if (series.Count == 0)
                continue;
            if (figures.FirstOrDefault(known => Same(known.Panels[0].Series, series)) is { } known)
            {
                figures[figures.IndexOf(known)] = known with { Subtitle = $"{known.Subtitle}, and the same for {same.Key}" };
                continue;
            }

            figures.Add(Figure(same.Key == "none" ? "" : same.Key, series, figures.Count));
        }

        return figures.Count <= MostFigures ? figures
            : [.. figures.Take(MostFigures - 1), figures[MostFigures - 1] with
            {
                Notes = [.. figures[MostFigures - 1].Notes, $"{figures.Count - MostFigures} more combinations are not drawn; the table has all."],
            }];
    }

    private static Figure Figure(string facet, List<Series> series, int number)
    {
        var shown = series.Take(Palette.Most).ToList();
        var (least, most) = (shown.Min(line => line.X[0]), shown.Max(line => line.X[^1]));
        return new Figure(number == 0 ? "latency" : $"latency-{number + 1}", "How soon requests are answered")
        {
            Subtitle = facet,
            X = new Axis("Latency (ms)") { IsLog = least > 0 && most / least > 20 },
            Panels = [new Panel(new Axis("Requests answered (%)") { IsShare = true, Min = 0, Max = 1 }, shown)],
            Notes = [.. shown.Any(line => line.Y[^1] < 1 - 1e-9) ? (string[])["A line that ends below 100%: the others were never answered."] : [],
                .. series.Count > shown.Count ? (string[])[$"The first {shown.Count} of {series.Count}; the table has all."] : []],
        };
    }

    private static double[] Latencies(ResultGroup group) => [.. group.Trials.SelectMany(trial => trial.LatencyMs).Where(double.IsFinite).Order()];

    private static Series Series(string name, double[] ascending, long offered, int number)
    {
        var (x, y) = (new List<double>(), new List<double>());
        var share = (double)ascending.Length / Math.Max(offered, ascending.Length);
        if (ascending.Length <= Points)
        {
            for (var i = 0; i < ascending.Length; i++)
            {
                x.Add(ascending[i]);
                y.Add((i + 1.0) / ascending.Length * share);
            }
        }
        else
        {
            for (var i = 0; i <= Points; i++)
            {
                x.Add(Quantiles.Linear(ascending, (double)i / Points));
                y.Add((double)i / Points * share);
            }
        }

        return new Series(name, Look.Steps, number, x, y);
    }

    private static bool Same(IReadOnlyList<Series> one, List<Series> other) => one.Count == Math.Min(other.Count, Palette.Most)
        && one.Zip(other).All(pair => pair.First.Name == pair.Second.Name && pair.First.X.SequenceEqual(pair.Second.X)
            && pair.First.Y.SequenceEqual(pair.Second.Y));
}
