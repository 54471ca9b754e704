using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Mnist;

/// <summary>Grey images of an IDX file, as RGB. Up to 4 pixels are filled by a black margin (28 to 32 keeps the strokes as they are); anything else is resized.</summary>
internal sealed class GreySplit(IdxFile images, IdxFile labels, IReadOnlyList<string> classNames) : ImageSplit(classNames)
{
    private const int MaxMargin = 4;

    private readonly int height = images.Dimensions[1];
    private readonly int width = images.Dimensions[2];

    public override int Count => images.Dimensions[0];

    public override int Label(int index) => labels.Data[index];

    public override byte[] Read(int index, int size)
    {
        ReadOnlySpan<byte> grey = images.Data.AsSpan(index * height * width, height * width);
        bool pad = size >= height && size >= width && size - height <= MaxMargin && size - width <= MaxMargin;
        (int rows, int columns) = pad ? (size, size) : (height, width);
        int top = (rows - height) / 2, left = (columns - width) / 2;
        var pixels = new byte[3 * rows * columns];
        for (int c = 0; c < 3; c++)
            for (int y = 0; y < height; y++)
                grey.Slice(y * width, width).CopyTo(pixels.AsSpan((c * rows + top + y) * columns + left));
        return ImageTransform.FitPlanar(pixels, rows, columns, size);
    }
}
