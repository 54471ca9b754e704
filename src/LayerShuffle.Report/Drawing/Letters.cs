using SkiaSharp;

namespace LayerShuffle.Report.Drawing;

/// <summary>The typeface of the plots: the first of these that the machine has, or else its own.</summary>
internal static class Letters
{
    private static readonly string[] Wanted = ["DejaVu Sans", "Arial", "Helvetica", "Liberation Sans", "Noto Sans", "Segoe UI"];
    private static readonly Lazy<string> Found = new(Find);

    /// <summary>Its name.</summary>
    public static string Name => Found.Value;

    /// <summary>Whether the machine has any: without, plots are without words.</summary>
    public static bool Any => SKFontManager.Default.FontFamilyCount > 0;

    /// <summary>The typeface.</summary>
    public static SKTypeface Typeface(bool bold) => ScottPlot.Fonts.GetTypeface(Name, bold, false);

    /// <summary>The width of a text.</summary>
    public static float Width(string text, float size)
    {
        using var font = new SKFont(Typeface(false), size);
        return font.MeasureText(text);
    }

    private static string Find()
    {
        var families = SKFontManager.Default.FontFamilies.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return Wanted.FirstOrDefault(families.Contains) ?? ScottPlot.Fonts.Default;
    }
}
