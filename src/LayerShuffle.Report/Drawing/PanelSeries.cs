using LayerShuffle.Report.Figures;
using ScottPlot;
using Palette = LayerShuffle.Report.Figures.Palette;
using Series = LayerShuffle.Report.Figures.Series;

namespace LayerShuffle.Report.Drawing;

/// <summary>Draws the series of a panel.</summary>
/// <param name="plot">The panel.</param>
/// <param name="range">What its axes span.</param>
/// <param name="rows">Whether its rows have names: intervals are then horizontal.</param>
/// <param name="scale">How large everything is.</param>
/// <param name="room">Width and height of the panel.</param>
internal sealed class PanelSeries(Plot plot, Range range, bool rows, float scale, (float Width, float Height) room)
{
    private readonly List<PixelRect> _words = [];

    /// <summary>Draws a series.</summary>
    /// <param name="series">The series.</param>
    /// <param name="before">Where the bars of earlier ones end, by row.</param>
    public void Draw(Series series, Dictionary<double, double> before)
    {
        var colour = Color.FromHex(Palette.Of(series.Colour));
        if (series.Look == Look.Bars)
        {
            Bars(series, colour, before);
            return;
        }

        Intervals(series, colour);
        int[] seen = [.. Enumerable.Range(0, series.X.Count).Where(i => double.IsFinite(range.X.At(series.X[i])) && double.IsFinite(range.Y.At(series.Y[i])))];
        if (seen.Length == 0)
            return;
        var scatter = plot.Add.Scatter([.. seen.Select(i => range.X.At(series.X[i]))], (double[])[.. seen.Select(i => range.Y.At(series.Y[i]))]);
        scatter.Color = colour;
        scatter.LineWidth = series.Look is Look.Dots or Look.Crosses ? 0 : 2.2f * scale;
        scatter.LinePattern = series.Look == Look.Dashes ? LinePattern.Dashed : LinePattern.Solid;
        scatter.MarkerSize = series.Look is Look.Dots or Look.Line or Look.Crosses ? (series.X.Count > 300 ? 4 : 9) * scale : 0;
        scatter.MarkerShape = Marks.Of(series);
        scatter.MarkerLineWidth = 1.8f * scale;
        scatter.MarkerLineColor = colour;
        if (series.Look == Look.Steps)
            scatter.ConnectStyle = ConnectStyle.StepHorizontal;
        if (series is { ShowsWords: true, Words: { } words })
        {
            foreach (var i in seen)
                Word(words[i], range.X.At(series.X[i]), range.Y.At(series.Y[i]));
        }
    }

    private void Word(string word, double x, double y)
    {
        var right = x > range.X.From + (0.72 * (range.X.To - range.X.From));
        var wide = Letters.Width(word, 12 * scale);
        var left = (float)((x - range.X.From) / (range.X.To - range.X.From)) * room.Width - (right ? wide : 0);
        var below = (float)((range.Y.To - y) / (range.Y.To - range.Y.From)) * room.Height;
        var place = new PixelRect(left, left + wide, below, below - (18 * scale));
        if (word.Length == 0 || _words.Any(other => other.Left < place.Right && place.Left < other.Right && other.Top < place.Bottom
            && place.Top < other.Bottom))
            return; // over another one nobody could read either
        _words.Add(place);
        var text = plot.Add.Text(word, x, y);
        text.LabelFontName = Letters.Name;
        text.LabelFontSize = 12 * scale;
        text.LabelFontColor = Color.FromHex("#333333");
        text.LabelAlignment = right ? Alignment.LowerRight : Alignment.LowerLeft;
        text.OffsetX = (right ? -6 : 6) * scale;
        text.OffsetY = -4 * scale;
    }

    private void Intervals(Series series, Color colour)
    {
        if (series.Low is not { } low || series.High is not { } high)
            return;
        for (var i = 0; i < series.X.Count; i++)
        {
            if (!double.IsFinite(low[i]) || !double.IsFinite(high[i]))
                continue;
            var (x, y) = (range.X.At(series.X[i]), range.Y.At(series.Y[i]));
            if (rows)
                Line(range.X.At(low[i]), y, range.X.At(high[i]), y, colour);
            else
                Line(x, range.Y.At(Math.Max(low[i], range.Y.Axis.IsLog ? 1e-12 : double.MinValue)), x, range.Y.At(high[i]), colour);
        }
    }

    private void Bars(Series series, Color colour, Dictionary<double, double> before)
    {
        for (var i = 0; i < series.X.Count; i++)
        {
            var row = series.Y[i];
            var from = before.GetValueOrDefault(row);
            var to = before[row] = from + series.X[i];
            if (series.X[i] <= 0)
                continue;
            var bar = plot.Add.Rectangle(range.X.At(from), range.X.At(to), range.Y.At(row - 0.36), range.Y.At(row + 0.36));
            bar.FillColor = colour;
            bar.LineWidth = 0;
        }
    }

    private void Line(double x1, double y1, double x2, double y2, Color colour)
    {
        var line = plot.Add.Line(x1, y1, x2, y2);
        line.Color = colour;
        line.LineWidth = 1.6f * scale;
    }
}
