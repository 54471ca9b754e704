using LayerShuffle.Results.Summaries;
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

    /// <summary>A text that is no wider than there is room: whole, or without its middle.</summary>
    public static string Fit(string text, float size, float room)
    {
        var shown = text;
        for (var letters = text.Length - 1; letters > 4 && Width(shown, size) > room; letters--)
            shown = ShortName.Of(text, letters);
        return shown;
    }

    private static string Find()
    {
        var families = SKFontManager.Default.FontFamilies.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return Wanted.FirstOrDefault(families.Contains) ?? ScottPlot.Fonts.Default;
    }
}
