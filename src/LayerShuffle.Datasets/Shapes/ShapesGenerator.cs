using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Datasets.Shapes;

/// <summary>
/// The built-in dataset, every pixel a function of the seed: three shapes of different outlines and colours and a square card, each in a cell of a 4 × 4 grid
/// of its own. The picture's class is the outline of the shape that has the card's colour. Position, size, rotation, colour, background and noise vary. At 32
/// pixels a cell is a patch of 8 pixels; at other sizes everything scales.
/// </summary>
/// <remarks>
/// The task needs depth and yet is learned within a minute on a processor. Which shape counts is told elsewhere in the picture, so one layer must carry the
/// card's colour to the shapes before another can collect the one that matches: a linear model on the pixels stays near 25%, and one layer far below six. The
/// palette decides. With evenly spaced hues of the same brightness a small transformer finds within two epochs or so that equal colours belong together; with
/// red, green, blue and yellow or white some seeds guess among the three shapes for many epochs. With three or four hues instead of six a single layer gets
/// most pictures right: it learns the few pairs of card and shape by heart.
/// </remarks>
internal static class ShapesGenerator
{
    public const int DefaultTrain = 5000;
    public const int DefaultTest = 1000;

    private const int Cells = 4, Shapes = 3;
    private const double Displacement = 1;
    private const double MaxRotation = 12 * Math.PI / 180;
    private const float Tint = 12;

    // Six hues evenly around the colour circle, with the same sum of channels.
    private static readonly Color[] Palette = [new(230, 80, 80), new(180, 180, 30), new(80, 230, 80), new(30, 180, 180), new(80, 80, 230), new(180, 30, 180)];

    public static IReadOnlyList<string> ClassNames { get; } = [.. Enum.GetNames<ShapeKind>().Select(name => name.ToLowerInvariant())];

    /// <summary>Draws a picture of a class as planar RGB bytes [3, size, size].</summary>
    public static void Draw(int label, int size, RandomStream luck, Span<byte> pixels)
    {
        var canvas = new Canvas(size);
        double unit = size / 32.0, cell = (double)size / Cells;
        canvas.FillGradient(Near(Grey(Between(luck, 25, 70)), Tint, luck), Between(luck, -30, 30), Between(luck, -30, 30));
        int[] colours = luck.Permutation(Palette.Length), cells = luck.Permutation(Cells * Cells), outlines = luck.Permutation(ClassNames.Count);
        int drawn = Array.IndexOf(outlines, label);
        (outlines[0], outlines[drawn]) = (outlines[drawn], outlines[0]); // the first shape is the one that counts
        for (int i = 0; i < Shapes; i++)
        {
            double x = CentreX(cells[i]) + luck.NextDouble(-Displacement, Displacement) * unit, y = CentreY(cells[i])
                + luck.NextDouble(-Displacement, Displacement) * unit;
            canvas.Paint((ShapeKind)outlines[i], x, y, luck.NextDouble(3.2, 3.9) * unit, luck.NextDouble(-MaxRotation, MaxRotation),
                Near(Palette[colours[i]], Tint, luck));
        }

        // the card fills its cell
        canvas.Paint(ShapeKind.Square, CentreX(cells[Shapes]), CentreY(cells[Shapes]), cell / 2 / ShapeOutline.SquareSide, 0,
            Near(Palette[colours[0]], Tint, luck));
        canvas.Develop(Between(luck, 10, 14), luck, pixels);

        double CentreX(int index) => (index % Cells + 0.5) * cell;
        double CentreY(int index) => (index / Cells + 0.5) * cell;
    }

    private static Color Grey(float brightness) => new(brightness, brightness, brightness);

    // Each channel is off by up to the given tint.
    private static Color Near(Color color, float tint, RandomStream luck) =>
        new(color.Red + Between(luck, -tint, tint), color.Green + Between(luck, -tint, tint), color.Blue + Between(luck, -tint, tint));

    private static float Between(RandomStream luck, double low, double high) => (float)luck.NextDouble(low, high);
}
