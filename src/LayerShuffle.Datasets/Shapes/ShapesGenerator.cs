using LayerShuffle.Network.Seeds;

namespace LayerShuffle.Datasets.Shapes;

/// <summary>
/// The built-in dataset: pictures of one shape, ten classes, every pixel a function of the seed. Position, size, rotation, colour, background and noise vary. At 32 pixels a shape lies in one of
/// 4 × 4 cells, about where a patch of 8 pixels sees it whole; at other sizes everything scales.
/// </summary>
internal static class ShapesGenerator
{
    public const int DefaultTrain = 5000;
    public const int DefaultTest = 1000;

    private const int Cells = 4;

    private static readonly Color[] Palette =
    [
        new(230, 40, 40), new(40, 200, 60), new(50, 80, 240), new(235, 215, 40), new(215, 50, 215), new(40, 210, 220), new(245, 245, 245), new(245, 140, 30),
    ];

    public static IReadOnlyList<string> ClassNames { get; } = [.. Enum.GetNames<ShapeKind>().Select(name => name.ToLowerInvariant())];

    /// <summary>Draws a picture of a class as planar RGB bytes [3, size, size].</summary>
    public static void Draw(int label, int size, RandomStream luck, Span<byte> pixels)
    {
        var canvas = new Canvas(size);
        double unit = size / 32.0, cell = (double)size / Cells;
        float grey = Between(luck, 25, 70);
        canvas.FillGradient(new(grey + Between(luck, -12, 12), grey + Between(luck, -12, 12), grey + Between(luck, -12, 12)), Between(luck, -30, 30), Between(luck, -30, 30));
        double x = (luck.Next(Cells) + 0.5) * cell + luck.NextDouble(-1, 1) * unit, y = (luck.Next(Cells) + 0.5) * cell + luck.NextDouble(-1, 1) * unit;
        canvas.Paint((ShapeKind)label, x, y, luck.NextDouble(3.2, 3.9) * unit, luck.NextDouble(-12, 12) * Math.PI / 180, Palette[luck.Next(Palette.Length)]);
        canvas.Develop(12, luck, pixels);
    }

    private static float Between(RandomStream luck, double low, double high) => (float)luck.NextDouble(low, high);
}
