using System.Globalization;
using System.Text;
using System.Xml.Linq;
using LayerShuffle.Core.Files;
using LayerShuffle.Report.Figures;
using SkiaSharp;

namespace LayerShuffle.Report.Drawing;

/// <summary>Writes figures as PNG and SVG.</summary>
public static class FigureFiles
{
    private const float Width = 760, Density = 2, SlideWidth = 1280, SlideHeight = 720;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Whether the machine has letters to write with; without, plots are without words.</summary>
    public static bool HasLetters => Letters.Any;

    /// <summary>Writes a figure as <c>ID.png</c> and <c>ID.svg</c>; new files take the place of older ones at once.</summary>
    /// <param name="folder">The folder, which is there.</param>
    /// <param name="figure">The figure.</param>
    public static void Write(string folder, Figure figure)
    {
        var sheet = Sheet(figure, out var width, out var height);
        Disk.Replace(Path.Combine(folder, figure.Id + ".svg"), Encoding.UTF8.GetBytes(ToSvg(figure, sheet, width, height)), durable: false);
        using var surface = SKSurface.Create(new SKImageInfo((int)(width * Density), (int)(height * Density)));
        surface.Canvas.Scale(Density);
        sheet.Draw(surface.Canvas, height);
        using var image = surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        Disk.Replace(Path.Combine(folder, figure.Id + ".png"), png.ToArray(), durable: false);
    }

    /// <summary>A figure as SVG.</summary>
    public static string ToSvg(Figure figure)
    {
        var sheet = Sheet(figure, out var width, out var height);
        return ToSvg(figure, sheet, width, height);
    }

    /// <summary>Skia numbers what it refers to through all drawings of a process: here every drawing begins at 0.</summary>
    private static void Renumber(XElement svg)
    {
        var names = svg.Descendants().Attributes("id").Select((id, i) => (id.Value, i)).DistinctBy(pair => pair.Value)
            .ToDictionary(pair => pair.Value, pair => string.Create(CultureInfo.InvariantCulture, $"p{pair.i}"), StringComparer.Ordinal);
        foreach (var attribute in svg.DescendantsAndSelf().Attributes())
        {
            if (attribute.Name == "id")
                attribute.Value = names[attribute.Value];
            else if (attribute.Value.StartsWith("url(#", StringComparison.Ordinal) && names.TryGetValue(attribute.Value[5..^1], out var url))
                attribute.Value = $"url(#{url})";
            else if (attribute.Name.LocalName == "href" && attribute.Value is ['#', .. var own] && names.TryGetValue(own, out var name))
                attribute.Value = "#" + name;
        }
    }

    private static FigureSheet Sheet(Figure figure, out float width, out float height)
    {
        var slide = figure.Id == "slide";
        width = slide ? SlideWidth : Width;
        var sheet = new FigureSheet(figure, width, slide ? 1.55f : 1);
        height = (float)Math.Ceiling(sheet.Height(slide ? SlideHeight : 0));
        return sheet;
    }

    private static string ToSvg(Figure figure, FigureSheet sheet, float width, float height)
    {
        using var stream = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(SKRect.Create(width, height), stream))
            sheet.Draw(canvas, height);
        stream.Position = 0;
        var svg = XDocument.Load(stream).Root!;
        Renumber(svg);
        svg.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width} {height}"));
        svg.SetAttributeValue("role", "img");
        svg.AddFirst(new XElement(Svg + "title", Words.Shown(figure.Title)),
            new XElement(Svg + "desc", Words.Shown(string.Join(" ", new[] { figure.Subtitle }.Concat(figure.Notes).Where(text => text.Length > 0)))));
        return svg.ToString().ReplaceLineEndings("\n") + "\n";
    }
}
