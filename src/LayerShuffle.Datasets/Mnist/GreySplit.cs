using LayerShuffle.Datasets.Images;
using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Mnist;

/// <summary>
/// Grey images of an IDX file, as RGB. Up to 4 pixels are filled by a black margin (28 to 32 keeps the strokes as they are); anything else is resized.
/// </summary>
internal sealed class GreySplit(IdxFile images, IdxFile labels, IReadOnlyList<string> classNames) : ImageSplit(classNames)
{
    private const int MaxMargin = 4;

    private readonly int height = images.Dimensions[1];
    private readonly int width = images.Dimensions[2];

    public override int Count => images.Dimensions[0];

    public override int Label(int index) => labels.Data[index];

    public override PlanarImage Read(int index)
    {
        ReadOnlySpan<byte> grey = images.Data.AsSpan(index * height * width, height * width);
        var pixels = new byte[3 * height * width];
        for (int c = 0; c < 3; c++)
            grey.CopyTo(pixels.AsSpan(c * height * width));
        return new(pixels, height, width);
    }

    public override PixelSteps DefaultSteps(int height, int width)
    {
        int down = height - this.height, right = width - this.width;
        return down is >= 0 and <= MaxMargin && right is >= 0 and <= MaxMargin ? new() { Crop = (height, width) } : base.DefaultSteps(height, width);
    }
}
