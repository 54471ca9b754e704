using System.Globalization;
using LayerShuffle.Report.Reading;

namespace LayerShuffle.Report.Figures;

/// <summary>What becomes of layers: how many are executed, lost and left out, and what each is worth.</summary>
internal static class LayerFigures
{
    private const int MostRows = 30, MostPanels = 4;

    /// <summary>The figures, for what is known.</summary>
    public static IEnumerable<Figure> Of(RunFolder run)
    {
        if (Executed(run) is { } executed)
            yield return executed;
        if (Worth(run) is { } worth)
            yield return worth;
        if (Dead(run) is { } dead)
            yield return dead;
        if (Moved(run) is { } moved)
            yield return moved;
        if (Placed(run) is { } placed)
            yield return placed;
    }

    /// <summary>How far each layer moves the class token, by position: figure 4c and d of the LayerShuffle paper, a panel for each model.</summary>
    private static Figure? Moved(RunFolder run)
    {
        var probes = run.Probes.Where(probe => probe.Probe == "contribution" && probe.Value is not null).ToList();
        return probes.Count == 0 ? null : new Figure("contribution", "What each layer contributes, by its position")
        {
            Subtitle = "how far a layer moves the class token (L2 norm), mean over random orders; a line for each layer",
            X = new Axis("Position in the order"),
            Panels = [.. probes.GroupBy(probe => probe.Model, StringComparer.Ordinal).Take(MostPanels).Select(same => new Panel(new Axis(same.Key) { Min = 0 },
                [.. same.GroupBy(probe => probe.Layer, StringComparer.Ordinal).Take(Palette.Most).Select((layer, i) => Along(layer, i))]))],
        };
    }

    private static Series Along(IGrouping<string, ProbeRow> layer, int number)
    {
        var means = layer.GroupBy(probe => double.Parse(probe.Position, CultureInfo.InvariantCulture)).OrderBy(position => position.Key)
            .Select(position => (position.Key, Value: position.Average(probe => probe.Value!.Value))).ToList();
        return new Series($"layer {layer.Key}", Look.Line, number, [.. means.Select(mean => mean.Key)], [.. means.Select(mean => mean.Value)]);
    }

    /// <summary>What layers put out, in two dimensions, coloured by position: figure 4a and b of the LayerShuffle paper, a panel for each model.</summary>
    private static Figure? Placed(RunFolder run) => run.Embeddings.Count == 0 ? null : new Figure("embedding", "Outputs of the layers, by position")
    {
        Subtitle = "class tokens of all layers at all positions in two dimensions (t-SNE): only nearness means something",
        X = new Axis(""),
        Panels = [.. run.Embeddings.GroupBy(point => point.Model, StringComparer.Ordinal).Take(MostPanels).Select(same => new Panel(new Axis(same.Key),
            [.. same.Where(point => point.TrainingSeed == same.First().TrainingSeed).GroupBy(point => point.Position).OrderBy(position => position.Key)
                .Take(Palette.Most).Select(position => new Series(FormattableString.Invariant($"position {position.Key}"), Look.Dots, (int)position.Key,
                    [.. position.Select(point => point.X)], [.. position.Select(point => point.Y)]))]))],
    };

    private static Figure? Executed(RunFolder run)
    {
        var rows = run.Listed.Where(group => run.Layers.TryGetValue(group, out var use) && use.Completed > 0).ToList();
        if (rows.Count == 0)
            return null;
        var shown = rows.Take(MostRows).ToList();
        double[] places = [.. Enumerable.Range(0, shown.Count).Select(i => (double)i)];
        double[] Per(Func<LayerUse, long> count) => [.. shown.Select(group => (double)count(run.Layers[group]) / run.Layers[group].Completed)];
        double[] executed = Per(use => use.Executed.Values.Sum()), lost = Per(use => use.Skipped.Values.Sum()), pruned = Per(use => use.Pruned.Values.Sum());
        List<Series> series = [new Series("executed", Look.Bars, 0, executed, places), new Series("lost to failures", Look.Bars, 1, lost, places)];
        if (pruned.Any(share => share > 0))
            series.Add(new Series("left out on purpose", Look.Bars, 5, pruned, places));
        return new Figure("layers", "Layers executed and lost")
        {
            Subtitle = "mean of completed requests",
            X = new Axis("Layers per request") { Min = 0 },
            Panels = [new Panel(new Axis("") { Names = [.. shown.Select(group => AccuracyFigure.Short(Name(run, group)))] }, series)],
            Notes = rows.Count > shown.Count ? [$"The first {shown.Count} of {rows.Count} rows; the table has all."] : [],
        };
    }

    /// <summary>How a group is called where models, conditions and policies stand in one list.</summary>
    public static string Name(RunFolder run, LayerShuffle.Results.Summaries.ResultGroup group) => string.Join(" · ",
        new[] { run.HasModel ? group.Model : "", group.Condition, run.HasPolicies ? group.Policy : "" }.Where(word => word.Length > 0));

    private static Figure? Worth(RunFolder run)
    {
        var probes = run.Probes.Where(probe => probe.Probe == "without" && probe.Top1 is not null
            && double.TryParse(probe.Layer, CultureInfo.InvariantCulture, out _)).ToList();
        if (probes.Count == 0)
            return null;
        return new Figure("importance", "What each layer is worth")
        {
            Subtitle = "accuracy of the model without it, and with all layers (dashed)",
            X = new Axis("Layer that is left out"),
            Panels = [new Panel(new Axis("Top-1 accuracy without it (%)") { IsShare = true, Min = 0, Max = 1 },
                [.. probes.GroupBy(probe => probe.Model, StringComparer.Ordinal).Take(Palette.Most).SelectMany((same, i) => Without(run, same, i))])],
        };
    }

    private static IEnumerable<Series> Without(RunFolder run, IGrouping<string, ProbeRow> probes, int number)
    {
        var means = probes.GroupBy(probe => double.Parse(probe.Layer, CultureInfo.InvariantCulture)).OrderBy(layer => layer.Key)
            .Select(layer => (layer.Key, Top1: layer.Average(probe => probe.Top1!.Value))).ToList();
        yield return new Series(probes.Key, Look.Line, number, [.. means.Select(mean => mean.Key)], [.. means.Select(mean => mean.Top1)]);
        double[] whole = [.. run.Probes.Where(probe => probe.Model == probes.Key && probe.Probe == "in_order").Select(probe => probe.Top1).OfType<double>()];
        if (whole.Length > 0)
            yield return new Series("", Look.Dashes, number, [means[0].Key, means[^1].Key], [whole.Average(), whole.Average()]);
    }

    private static Figure? Dead(RunFolder run)
    {
        var sets = run.Reliability.Where(set => set.Top1 is not null).ToList();
        if (sets.Count == 0)
            return null;
        return new Figure("reliability", "Accuracy by how many nodes are dead")
        {
            Subtitle = "each mark is a set of dead nodes; the line is their mean, weighted by probability",
            X = new Axis("Dead nodes"),
            Panels = [new Panel(new Axis("Top-1 accuracy (%)") { IsShare = true, Min = 0, Max = 1 },
                [.. sets.GroupBy(set => set.Model, StringComparer.Ordinal).Take(Palette.Most / 2).SelectMany((same, i) => Both(same, i))])],
        };
    }

    private static IEnumerable<Series> Both(IGrouping<string, ReliabilityRow> sets, int number)
    {
        var some = sets.Take(500).ToList();
        yield return new Series(sets.Key, Look.Dots, number, [.. some.Select(set => (double)set.NodesDown)], [.. some.Select(set => set.Top1!.Value)])
        {
            Words = [.. some.Select(set => Words.Shown(set.Set.Length > 0 ? set.Set : "none"))],
        };
        var means = sets.GroupBy(set => set.NodesDown).OrderBy(down => down.Key)
            .Select(down => (down.Key, Weight: down.Sum(set => set.Probability ?? 1), Sum: down.Sum(set => (set.Probability ?? 1) * set.Top1!.Value)))
            .Where(down => down.Weight > 0).ToList();
        yield return new Series("", Look.Plain, number, [.. means.Select(down => (double)down.Key)], [.. means.Select(down => down.Sum / down.Weight)]);
    }
}
