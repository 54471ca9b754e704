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
        var metric = run.MainMetric;
        string[] all = [.. run.Groups.Select(group => Row(run, group)).Distinct(StringComparer.Ordinal)];
        string[] rows = [.. all.Take(MostRows)];
        string[] models = [.. run.Groups.Select(group => group.Model).Distinct(StringComparer.Ordinal)];
        string[] shown = [.. models.Take(Palette.Most)];
        var series = shown.Select((model, i) => Series(run, metric, rows, model, i, shown.Length)).ToList();
        List<string> notes = [Interval(metric)];
        if (all.Length > rows.Length)
            notes.Add($"The first {rows.Length} of {all.Length} rows; the table has all.");
        if (models.Length > shown.Length)
            notes.Add($"The first {shown.Length} of {models.Length} models; the table has all.");
        return new Figure("accuracy", run.HasModel ? "Top-1 accuracy under every condition" : "Requests completed under every condition")
        {
            Subtitle = run.HasModel ? "of all images offered; those of failed requests count as wrong" : "of all requests offered",
            X = new Axis(Words.Label(metric)) { Min = 0, Max = 1, IsShare = true },
            Panels = [new Panel(new Axis("") { Names = [.. rows.Select(Short)] }, series)],
            Notes = notes,
        };
    }

    /// <summary>What the intervals of a metric rest on.</summary>
    public static string Interval(string metric) => metric == "completion" ? "Bars: 95% interval over requests (Wilson)."
        : "Bars: 95% interval over requests (Student's t); it speaks of these trained models, not of others.";

    /// <summary>A text that fits beside an axis.</summary>
    public static string Short(string text)
    {
        var shown = Words.Shown(text);
        return shown.Length <= MostLetters ? shown : string.Concat(shown.AsSpan(0, MostLetters - 1), "…");
    }

    private static string Row(RunFolder run, ResultGroup group) => !run.HasPolicies ? group.Condition
        : run.HasConditions ? $"{group.Condition} · {group.Policy}" : group.Policy;

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
            y.Add(row + ((number - ((of - 1) / 2.0)) * Math.Min(0.2, 0.7 / of)));
            low.Add(estimate.Low is { } least ? Math.Clamp(least, 0, 1) : double.NaN);
            high.Add(estimate.High is { } most ? Math.Clamp(most, 0, 1) : double.NaN);
            words.Add($"{Words.Shown(model)}, {Words.Shown(Row(run, group))}: {Words.Percent(mean, estimate.Low, estimate.High)}");
        }

        return new Series(of == 1 && model == "none" ? "" : model, Look.Dots, number, x, y) { Low = low, High = high, Words = words };
    }
}
