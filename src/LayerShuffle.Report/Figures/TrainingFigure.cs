using LayerShuffle.Report.Reading;

namespace LayerShuffle.Report.Figures;

/// <summary>How models were trained: accuracy in ascending and in random orders, and loss, epoch by epoch.</summary>
internal static class TrainingFigure
{
    /// <summary>The figure; null where nothing was trained.</summary>
    public static Figure? Of(RunFolder run)
    {
        if (run.Training.Count == 0)
            return null;
        var all = run.Training.GroupBy(epoch => epoch.Model, StringComparer.Ordinal).ToList();
        var models = all.Take(Palette.Most).ToList();
        var seeds = run.Training.Select(epoch => epoch.Seed).Distinct().Count();
        Panel accuracy = new(new Axis("Top-1 accuracy (%)") { IsShare = true, Min = 0, Max = 1 },
            [.. models.SelectMany((model, i) => (Series[])[Mean(model, $"{model.Key}, in order", Look.Line, i, epoch => epoch.Sequential),
                Mean(model, $"{model.Key}, any order", Look.Dashes, i, epoch => epoch.Arbitrary)]).Where(series => series.X.Count > 0)]);
        Panel loss = new(new Axis("Loss") { Min = 0 }, [.. models.Select((model, i) => Mean(model, "", Look.Line, i, epoch => epoch.Loss))]);
        return new Figure("training", "Accuracy and loss, epoch by epoch")
        {
            Subtitle = "test accuracy after each epoch, in ascending order and in random orders",
            X = new Axis("Epoch") { Min = 1, IsWhole = true },
            Panels = accuracy.Series.Count > 0 ? [accuracy with { Weight = 1.6 }, loss] : [loss],
            Notes = [.. seeds > 1 ? (string[])[$"Means of {seeds} training seeds."] : [],
                .. all.Count > models.Count ? (string[])[$"The first {models.Count} of {all.Count} models."] : []],
        };
    }

    private static Series Mean(IEnumerable<EpochRow> model, string name, Look look, int number, Func<EpochRow, double?> value)
    {
        var means = model.Where(epoch => value(epoch) is not null).GroupBy(epoch => epoch.Epoch).OrderBy(epoch => epoch.Key)
            .Select(epoch => (epoch.Key, Mean: epoch.Average(row => value(row)!.Value))).ToList();
        return new Series(name, look, number, [.. means.Select(mean => (double)mean.Key)], [.. means.Select(mean => mean.Mean)]);
    }
}
