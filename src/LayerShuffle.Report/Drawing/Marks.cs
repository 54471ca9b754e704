using LayerShuffle.Report.Figures;
using ScottPlot;
using SkiaSharp;
using Palette = LayerShuffle.Report.Figures.Palette;
using Series = LayerShuffle.Report.Figures.Series;

namespace LayerShuffle.Report.Drawing;

/// <summary>The marks of series: another shape for each colour, so that figures can be read without colours.</summary>
internal static class Marks
{
    private static readonly MarkerShape[] Shapes =
    [
        MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond, MarkerShape.FilledTriangleDown,
        MarkerShape.OpenCircle, MarkerShape.OpenSquare, MarkerShape.Asterisk,
    ];

    /// <summary>The mark of a series.</summary>
    public static MarkerShape Of(Series series) => series.Look == Look.Crosses ? MarkerShape.Eks
        : series.Colour < 0 ? MarkerShape.FilledCircle : Shapes[series.Colour % Shapes.Length];

    /// <summary>Draws what stands for a series in the legend.</summary>
    public static void Legend(SKCanvas canvas, SKPaint paint, Series series, float x, float middle, float size)
    {
        paint.Color = SKColor.Parse(Palette.Of(series.Colour));
        if (series.Look is Look.Line or Look.Plain or Look.Steps or Look.Dashes)
        {
            if (series.Look == Look.Dashes)
                paint.PathEffect = SKPathEffect.CreateDash([size * 0.4f, size * 0.25f], 0);
            canvas.DrawLine(x, middle, x + (size * 1.6f), middle, paint);
            paint.PathEffect = null;
        }

        if (series.Look == Look.Bars)
        {
            paint.Style = SKPaintStyle.Fill;
            canvas.DrawRect(x, middle - (size * 0.45f), size * 1.6f, size * 0.9f, paint);
        }

        if (series.Look is not (Look.Dots or Look.Line or Look.Crosses))
            return;
        using var mark = Paint.NewDisposablePaint();
        new MarkerStyle(Of(series), size * 0.75f, Color.FromHex(Palette.Of(series.Colour)))
        {
            LineWidth = size * 0.13f,
            LineColor = Color.FromHex(Palette.Of(series.Colour)),
        }.Render(canvas, new Pixel(x + (size * 0.8f), middle), mark);
    }
}
