using LayerShuffle.Report.Reading;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Report.Figures;

/// <summary>Accuracy (or without a model completion) of every model under every condition and policy, with intervals.</summary>
internal static class AccuracyFigure
{
    private const int MostRows = 40, MostLetters = 44;

    /// <summary>The figure; null where nothing was measured.</summary>
    public static Figure? Of(RunFolder run)
    {
        if (run.Groups.Count == 0)
            return null;
        return Rows(run, run.MainMetric, "accuracy", run.HasModel ? "Top-1 accuracy under every condition" : "Requests completed under every condition",
            run.HasModel ? "of all images offered; those of failed requests count as wrong" : "of all requests offered");
    }

    /// <summary>How wrong answers are where accuracy only counts how many; null where no answer has a loss.</summary>
    public static Figure? Loss(RunFolder run) => run.Groups.All(group => run.Estimate(group, "loss").Mean is null) ? null
        : Rows(run, "loss", "loss", "Loss under every condition", "mean cross-entropy of answered images; guessing evenly among C classes has ln C");

    /// <summary>A metric of every group, a row for each condition and policy.</summary>
    public static Figure Rows(RunFolder run, string metric, string id, string title, string subtitle)
    {
        string[] all = [.. run.Groups.GroupBy(group => group.Condition, StringComparer.Ordinal).SelectMany(condition => condition)
            .Select(group => Row(run, group)).Distinct(StringComparer.Ordinal)];
        string[] rows = [.. all.Take(MostRows)];
        string[] models = [.. run.Groups.Select(group => group.Model).Distinct(StringComparer.Ordinal)];
        string[] shown = [.. models.Take(Palette.Most)];
        var series = shown.Select((model, i) => Series(run, metric, rows, model, i, shown.Length)).ToList();
        List<string> notes = [Interval(metric)];
        if (all.Length > rows.Length)
            notes.Add($"The first {rows.Length} of {all.Length} rows; the table has all.");
        if (models.Length > shown.Length)
            notes.Add($"The first {shown.Length} of {models.Length} models; the table has all.");
        return new Figure(id, title)
        {
            Subtitle = subtitle,
            X = new Axis(Words.Label(metric)) { Min = 0, Max = Words.IsShare(metric) ? 1 : null, IsShare = Words.IsShare(metric) },
            Panels = [new Panel(new Axis("") { Names = [.. rows.Select(Short)] }, series)],
            Notes = notes,
        };
    }

    /// <summary>What the intervals of a metric rest on.</summary>
    public static string Interval(string metric) => metric == "completion" ? "Bars: 95% interval over requests (Wilson)."
        : metric != "top1" ? "Bars: 95% interval." : "Bars: 95% interval over requests (Student's t); it speaks of these trained models, not of others.";

    /// <summary>A text that fits beside an axis.</summary>
    public static string Short(string text) => ShortName.Of(Words.Shown(text), MostLetters);

    private static string Row(RunFolder run, ResultGroup group) => !run.HasPolicies ? group.Condition
        : run.HasConditions ? $"{group.Condition} · {group.Policy}" : group.Policy;

    private static double Within(string metric, double? end) => end is not { } value ? double.NaN : Words.IsShare(metric) ? Math.Clamp(value, 0, 1) : value;

    private static Series Series(RunFolder run, string metric, string[] rows, string model, int number, int of)
    {
        List<double> x = [], y = [], low = [], high = [];
        List<string> words = [];
        foreach (var group in run.Groups.Where(group => group.Model == model))
        {
            var row = Array.IndexOf(rows, Row(run, group));
            var estimate = run.Estimate(group, metric);
            if (row < 0 || estimate.Mean is not { } mean)
                continue;
            x.Add(mean);
            y.Add(row + ((number - ((of - 1) / 2.0)) * Math.Min(0.36, 0.8 / of)));
            low.Add(Within(metric, estimate.Low));
            high.Add(Within(metric, estimate.High));
            words.Add($"{Words.Shown(model)}, {Words.Shown(Row(run, group))}: "
                + (Words.IsShare(metric) ? Words.Percent(mean, estimate.Low, estimate.High) : Words.Value(metric, mean)));
        }

        return new Series(of == 1 && model == "none" ? "" : model, Look.Dots, number, x, y) { Low = low, High = high, Words = words };
    }
}
