using LayerShuffle.Report.Figures;

namespace LayerShuffle.Report.Drawing;

/// <summary>What a panel's axes span.</summary>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
internal sealed record Range(Span X, Span Y)
{
    /// <summary>The range of a panel; the horizontal axis is that of the whole figure.</summary>
    public static Range Of(Panel panel, Figure figure)
    {
        var rows = panel.Y.Names is not null;
        var all = figure.Panels.SelectMany(own => own.Series).ToList();
        var x = all.SelectMany(series => series.X).Concat(rows ? Ends(all) : []);
        if (panel.Series.Any(series => series.Look == Look.Bars))
            x = x.Append(panel.Series.Where(series => series.Look == Look.Bars).SelectMany(series => series.X.Select((value, i) => (value, series.Y[i])))
                .GroupBy(bar => bar.Item2).Select(row => row.Sum(bar => bar.value)).DefaultIfEmpty(0).Max());
        var y = panel.Series.SelectMany(series => series.Y).Concat(rows ? [] : Ends(panel.Series));
        return new Range(Span.Of(figure.X, x, false), Span.Of(panel.Y, y, true));
    }

    private static IEnumerable<double> Ends(IEnumerable<Series> series) =>
        series.SelectMany(one => (one.Low ?? []).Concat(one.High ?? [])).Where(double.IsFinite);
}

/// <summary>What an axis spans, in what is drawn: logarithms where it is logarithmic, and rows counted upwards.</summary>
/// <param name="Axis">The axis.</param>
/// <param name="From">Its lower end.</param>
/// <param name="To">Its upper end.</param>
/// <param name="Vertical">Whether it is vertical.</param>
internal sealed record Span(Axis Axis, double From, double To, bool Vertical)
{
    /// <summary>The span of an axis over values.</summary>
    public static Span Of(Axis axis, IEnumerable<double> values, bool vertical)
    {
        if (axis.Names is { } names)
            return vertical ? new Span(axis, -(names.Count - 0.5), 0.5, true) : new Span(axis, -0.5, names.Count - 0.5, false);
        double[] finite = [.. values.Where(value => double.IsFinite(value) && (!axis.IsLog || value > 0))];
        var (low, high) = finite.Length == 0 ? (axis.Min ?? 0, axis.Max ?? 1) : (axis.Min ?? finite.Min(), axis.Max ?? finite.Max());
        if (axis.IsLog)
            (low, high) = (Math.Log10(low), Math.Log10(high));
        var room = high > low ? (high - low) * 0.04 : Math.Max(0.5, Math.Abs(high) * 0.1);
        var from = axis.Min is { } min && min >= 0 ? low - (axis.IsShare ? room / 2 : 0) : low - room;
        return new Span(axis, from, high + (axis.Max is null ? room * 1.5 : room), vertical);
    }

    /// <summary>Where a value is.</summary>
    public double At(double value) => Axis.Names is not null && Vertical ? -value : Axis.IsLog ? Math.Log10(value) : value;

    /// <summary>Its marks.</summary>
    public IReadOnlyList<(double Place, string Text)> Ticks(int wanted)
    {
        if (Axis.Names is { } names)
            return [.. names.Select((name, i) => (At(i), Words.Shown(name)))];
        var ticks = Axis.IsLog ? Figures.Ticks.Logarithmic(Math.Pow(10, From), Math.Pow(10, To)) : Figures.Ticks.Linear(Math.Max(From, Axis.Min ?? From),
            Math.Min(To, Axis.Max ?? To), wanted);
        if (Axis.IsLog && ticks.Count > wanted * 2)
            ticks = [.. ticks.Where(tick => Math.Abs(Math.Log10(tick) - Math.Round(Math.Log10(tick))) < 1e-9)];
        if (Axis.IsShare)
            ticks = [.. ticks.Where(tick => tick is >= 0 and <= 1)]; // there is room beyond, but no share
        return [.. ticks.Where(tick => !Axis.IsWhole || tick % 1 == 0).Select(tick => (At(tick), Figures.Ticks.Text(tick, Axis.IsShare)))];
    }
}
