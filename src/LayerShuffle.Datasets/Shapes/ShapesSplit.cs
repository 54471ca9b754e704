using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Images;
using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Shapes;

/// <summary>
/// Drawn pictures: picture i is of class i mod 10 and drawn from (seed, i), whatever the number of pictures. They are drawn in the size that the model takes.
/// </summary>
internal sealed class ShapesSplit(int count, int size, SeedTree seed) : ImageSplit(ShapesGenerator.ClassNames)
{
    public override int Count => count;

    public override int Label(int index) => index % ClassNames.Count;

    public override PlanarImage Read(int index)
    {
        var pixels = new byte[3 * size * size];
        ShapesGenerator.Draw(Label(index), size, seed.Child(index).Stream(), pixels);
        return new(pixels, size, size);
    }
}
