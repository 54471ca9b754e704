using LayerShuffle.Network.Seeds;

namespace LayerShuffle.Datasets.Shapes;

/// <summary>
/// The built-in dataset: pictures of one bright shape on a dark ground, ten classes, every pixel a function of the seed. Position, size, rotation, colour, background and noise vary. At 32 pixels a
/// shape lies near the middle of one of 4 × 4 cells, so that a patch of 8 pixels sees most of it; at other sizes everything scales.
/// </summary>
/// <remarks>
/// The task is meant to need depth and yet be learned within minutes on a processor. What varies keeps a linear model on pixels near one picture in three: it has to learn every cell on its own, and the
/// displacement inside the cell (±1.5 pixels) blurs its templates. That shapes are always brighter than the ground gives small transformers a first foothold: with shapes brighter or darker at random,
/// training stays at chance for many epochs.
/// </remarks>
internal static class ShapesGenerator
{
    public const int DefaultTrain = 5000;
    public const int DefaultTest = 1000;

    private const int Cells = 4;
    private const double Displacement = 1.5;
    private const double MaxRotation = 15 * Math.PI / 180;
    private const float NoiseDeviation = 28;

    public static IReadOnlyList<string> ClassNames { get; } = [.. Enum.GetNames<ShapeKind>().Select(name => name.ToLowerInvariant())];

    /// <summary>Draws a picture of a class as planar RGB bytes [3, size, size].</summary>
    public static void Draw(int label, int size, RandomStream luck, Span<byte> pixels)
    {
        var canvas = new Canvas(size);
        double unit = size / 32.0, cell = (double)size / Cells;
        float ground = Between(luck, 25, 70);
        canvas.FillGradient(Tinted(ground, Between(luck, 0, 15), luck), Between(luck, -30, 30), Between(luck, -30, 30));
        double x = (luck.Next(Cells) + 0.5) * cell + luck.NextDouble(-Displacement, Displacement) * unit;
        double y = (luck.Next(Cells) + 0.5) * cell + luck.NextDouble(-Displacement, Displacement) * unit;
        Color color = Tinted(ground + Between(luck, 110, 175), Between(luck, 0, 60), luck);
        canvas.Paint((ShapeKind)label, x, y, luck.NextDouble(3.1, 3.9) * unit, luck.NextDouble(-MaxRotation, MaxRotation), color);
        canvas.Develop(NoiseDeviation, luck, pixels);
    }

    // A colour of a random hue whose three channels average to the given brightness.
    private static Color Tinted(float brightness, float chroma, RandomStream luck)
    {
        double hue = luck.NextDouble(0, 2 * Math.PI);
        float Channel(int third) => brightness + chroma * (float)Math.Cos(hue - third * 2 * Math.PI / 3);
        return new(Channel(0), Channel(1), Channel(2));
    }

    private static float Between(RandomStream luck, double low, double high) => (float)luck.NextDouble(low, high);
}
