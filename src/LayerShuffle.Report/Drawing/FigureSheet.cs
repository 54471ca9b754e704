using LayerShuffle.Report.Figures;
using ScottPlot;
using SkiaSharp;
using Palette = LayerShuffle.Report.Figures.Palette;
using Series = LayerShuffle.Report.Figures.Series;

namespace LayerShuffle.Report.Drawing;

/// <summary>
/// A figure on a sheet: title, legend and notes around its panels, which ScottPlot draws. Everything that has a place is given one here, so that equal figures
/// are equal drawings.
/// </summary>
/// <param name="figure">The figure.</param>
/// <param name="width">Width of the sheet.</param>
/// <param name="scale">How large its letters are beside the usual ones.</param>
internal sealed class FigureSheet(Figure figure, float width, float scale)
{
    private const string Ink = "#1A1A1A", Faint = "#DDDDDD", Soft = "#555555";
    private readonly float _title = 21 * scale, _text = 16 * scale, _margin = 16 * scale;
    private readonly SKTypeface _regular = Letters.Typeface(false), _bold = Letters.Typeface(true);

    private bool HasRows => figure.Panels[0].Y.Names is not null;

    /// <summary>How high the sheet must be.</summary>
    /// <param name="least">Its least height.</param>
    public float Height(float least)
    {
        var panels = HasRows
            ? figure.Panels.Sum(panel => Math.Max(3, panel.Y.Names!.Count) * RowHeight(panel)) + (3.6f * _text)
            : Math.Max(1.45f, figure.Panels.Sum(panel => (float)panel.Weight)) * 215 * scale;
        return Math.Max(least, Head() + panels + Foot());
    }

    /// <summary>Draws it.</summary>
    public void Draw(SKCanvas canvas, float height)
    {
        canvas.Clear(SKColors.White);
        Panels(canvas, height);
        var y = _margin;
        foreach (var line in Lines(figure.Title, _bold, _title))
            Text(canvas, line, _margin, y += _title * 1.2f, _title, Ink, _bold);
        foreach (var line in Lines(figure.Subtitle, _regular, _text))
            Text(canvas, line, _margin, y += _text * 1.3f, _text, Soft, _regular);
        Legend(canvas, y + (_text * 0.6f));
        y = height - Foot() + (_text * 0.2f);
        foreach (var line in figure.Notes.SelectMany(note => Lines(note, _regular, _text * 0.85f)))
            Text(canvas, line, _margin, y += _text * 1.15f, _text * 0.85f, Soft, _regular);
    }

    private void Panels(SKCanvas canvas, float height)
    {
        var top = Head();
        var room = height - top - Foot();
        var weights = figure.Panels.Sum(panel => panel.Weight);
        var left = figure.Panels.Max(LeftOf);
        for (var i = 0; i < figure.Panels.Count; i++)
        {
            var share = (float)(figure.Panels[i].Weight / weights) * room;
            canvas.Save();
            canvas.ClipRect(new SKRect(0, top, width, top + share)); // a plot clears what it is drawn on
            Panel(canvas, figure.Panels[i], new PixelRect(0, width, top + share, top), left, i == figure.Panels.Count - 1);
            canvas.Restore();
            top += share;
        }
    }

    private float RowHeight(Panel panel) => Math.Max(1.7f, 0.75f * Math.Min(6, panel.Series.Count(series => series.Look != Look.Bars))) * _text;

    private float Head() => _margin + (Lines(figure.Title, _bold, _title).Count * _title * 1.2f)
        + (Lines(figure.Subtitle, _regular, _text).Count * _text * 1.3f) + LegendHeight() + (_text * 0.7f);

    private float Foot() => (figure.Notes.SelectMany(note => Lines(note, _regular, _text * 0.85f)).Count() * _text * 1.15f) + (_margin * 0.9f);

    /// <summary>Room for what is written beside a panel.</summary>
    private float LeftOf(Panel panel)
    {
        var widest = panel.Y.Names is { } names ? names.Select(name => Letters.Width(name, _text)).DefaultIfEmpty(0).Max()
            : Range.Of(panel, figure).Y.Ticks(5).Select(tick => Letters.Width(tick.Text, _text)).DefaultIfEmpty(0).Max() + (_text * 1.6f);
        return Math.Min(width * 0.5f, _margin + widest + (_text * 0.8f));
    }

    private void Panel(SKCanvas canvas, Panel panel, PixelRect place, float left, bool isLast)
    {
        using var plot = new Plot();
        var range = Range.Of(panel, figure);
        plot.Axes.SetLimits(range.X.From, range.X.To, range.Y.From, range.Y.To);
        var bottom = isLast ? _text * 3.1f : _text * 1.9f;
        plot.Layout.Fixed(new PixelPadding(left, _margin * 1.4f, bottom, _text * 0.6f));
        Frame(plot, panel, range, left, isLast);
        foreach (var band in figure.Bands)
        {
            var span = plot.Add.HorizontalSpan(range.X.At(band.From), range.X.At(band.To));
            span.FillColor = Colour(Palette.Of(band.Colour)).WithAlpha(0.16);
            span.LineWidth = 0;
        }

        var before = new Dictionary<double, double>();
        var drawing = new PanelSeries(plot, range, panel.Y.Names is not null, scale, (width - left - (_margin * 1.4f), place.Height - bottom - (_text * 0.6f)));
        foreach (var series in panel.Series)
            drawing.Draw(series, before);
        plot.Render(canvas, place);
    }

    private void Frame(Plot plot, Panel panel, Range range, float left, bool isLast)
    {
        plot.FigureBackground.Color = Colors.White;
        plot.DataBackground.Color = Colors.White;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Grid.MajorLineColor = Colour(Faint);
        plot.Grid.MajorLineWidth = scale;
        Axis(plot.Axes.Bottom, range.X.Ticks(Math.Max(3, (int)(width / (110 * scale)))), isLast ? figure.X.Label : "", _text);
        var beside = range.Y.Ticks(5);
        if (panel.Y.Names is not null)
            beside = [.. beside.Select(row => (row.Place, Letters.Fit(row.Text, _text, left - (_text * 0.8f) - (_margin * 0.5f))))];
        Axis(plot.Axes.Left, beside, panel.Y.Names is null ? panel.Y.Label : "", _text);
        plot.Axes.Left.TickLabelStyle.OffsetY = _text * 0.16f; // letters without descenders stand too high in the middle
    }

    private void Axis(IAxis axis, IReadOnlyList<(double Place, string Text)> ticks, string label, float size)
    {
        axis.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. ticks.Select(tick => tick.Place)], [.. ticks.Select(tick => tick.Text)]);
        axis.TickLabelStyle.FontSize = size;
        axis.TickLabelStyle.FontName = Letters.Name;
        axis.TickLabelStyle.ForeColor = Colour(Ink);
        axis.Label.Text = Words.Shown(label);
        axis.Label.FontSize = size;
        axis.Label.FontName = Letters.Name;
        axis.Label.Bold = false;
        axis.Label.ForeColor = Colour(Ink);
        axis.FrameLineStyle.Color = Colour(Soft);
        axis.FrameLineStyle.Width = scale;
    }

    private IReadOnlyList<(string Name, Series? Series, Band? Band)> Entries()
    {
        List<(string, Series?, Band?)> entries = [.. figure.Panels.SelectMany(panel => panel.Series).Where(series => series.Name.Length > 0)
            .DistinctBy(series => series.Name).Select(series => (AccuracyFigure.Short(series.Name), (Series?)series, (Band?)null))];
        if (entries.Count == 1 && figure.Bands.Count == 0 && figure.Panels.Count == 1)
            entries.Clear(); // a single kind needs no legend beside the title
        var labels = figure.Bands.DistinctBy(band => band.Legend).ToList();
        entries.AddRange(labels.Take(6).Select(band => (AccuracyFigure.Short(band.Legend), (Series?)null, (Band?)band)));
        if (labels.Count > 6)
            entries.Add(($"and {labels.Count - 6} more", null, null));
        return entries;
    }

    private float LegendHeight() => Places().Select(place => place.Y + (_text * 1.45f)).DefaultIfEmpty(0).Max();

    private List<(float X, float Y, string Name, Series? Series, Band? Band)> Places()
    {
        var places = new List<(float, float, string, Series?, Band?)>();
        float x = _margin, y = 0;
        foreach (var (name, series, band) in Entries())
        {
            var wide = Letters.Width(name, _text) + (_text * 3.4f);
            if (x > _margin && x + wide > width - _margin)
                (x, y) = (_margin, y + (_text * 1.45f));
            places.Add((x, y, name, series, band));
            x += wide;
        }

        return places;
    }

    private void Legend(SKCanvas canvas, float top)
    {
        foreach (var (x, y, name, series, band) in Places())
        {
            var middle = top + y + (_text * 0.75f);
            using var paint = new SKPaint { IsAntialias = true, StrokeWidth = 2.4f * scale, Style = SKPaintStyle.Stroke };
            if (band is not null)
            {
                paint.Style = SKPaintStyle.Fill;
                paint.Color = SKColor.Parse(Palette.Of(band.Colour)).WithAlpha(70);
                canvas.DrawRect(x, middle - (_text * 0.5f), _text * 1.6f, _text, paint);
            }
            else if (series is not null)
            {
                Marks.Legend(canvas, paint, series, x, middle, _text);
            }

            Text(canvas, name, x + (_text * 2), middle + (_text * 0.35f), _text, Ink, _regular);
        }
    }

    private void Text(SKCanvas canvas, string text, float x, float y, float size, string colour, SKTypeface face)
    {
        using var font = new SKFont(face, size);
        using var paint = new SKPaint { Color = SKColor.Parse(colour), IsAntialias = true };
        canvas.DrawText(Words.Shown(text), x, y, SKTextAlign.Left, font, paint);
    }

    private List<string> Lines(string text, SKTypeface face, float size)
    {
        var lines = new List<string>();
        using var font = new SKFont(face, size);
        foreach (var word in Words.Shown(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (lines.Count > 0 && font.MeasureText($"{lines[^1]} {word}") <= width - (2 * _margin))
                lines[^1] = $"{lines[^1]} {word}";
            else
                lines.Add(word);
        }

        return lines;
    }

    private static Color Colour(string hex) => Color.FromHex(hex);
}
