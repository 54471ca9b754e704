using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Datasets.Batches;

/// <summary>
/// Writes one image as normalised floats [channels, height, width], varied by an augmentation. A single channel is the first: grey images have three equal
/// ones.
/// </summary>
internal sealed class ImageWriter(IImageSet images, NormalizationStats normalization)
{
    private const int PaddingAt32 = 4;

    private readonly float[] table = normalization.Table();
    private readonly byte[] pixels = new byte[3 * images.Height * images.Width];

    /// <summary>Writes image <paramref name="index"/>. Luck is drawn only where the augmentation needs it: mirror, rows, columns, in this order.</summary>
    public void Write(int index, Augmentation augmentation, RandomStream? luck, Span<float> destination)
    {
        images.CopyPixels(index, pixels);
        if (augmentation == Augmentation.None)
        {
            WriteMoved(mirror: false, 0, 0, destination);
            return;
        }
        ArgumentNullException.ThrowIfNull(luck);
        bool mirror = luck.Next(2) == 1;
        int down = Shift(luck, images.Height), right = Shift(luck, images.Width);
        WriteMoved(mirror, down, right, destination);
    }

    private static int Shift(RandomStream luck, int side)
    {
        int padding = (int)Math.Round(side * PaddingAt32 / 32.0, MidpointRounding.AwayFromZero);
        return luck.Next(2 * padding + 1) - padding;
    }

    // Output (y, x) shows input (y + down, x + right) of the image, mirrored first; outside it, 0: the mean.
    private void WriteMoved(bool mirror, int down, int right, Span<float> destination)
    {
        int height = images.Height, width = images.Width;
        for (int c = 0; c < normalization.Channels; c++)
        {
            ReadOnlySpan<float> values = table.AsSpan(c * 256, 256);
            for (int y = 0; y < height; y++)
            {
                Span<float> row = destination.Slice((c * height + y) * width, width);
                int from = y + down;
                if (from < 0 || from >= height)
                {
                    row.Clear();
                    continue;
                }
                ReadOnlySpan<byte> source = pixels.AsSpan((c * height + from) * width, width);
                for (int x = 0; x < width; x++)
                {
                    int at = x + right;
                    row[x] = at < 0 || at >= width ? 0 : values[source[mirror ? width - 1 - at : at]];
                }
            }
        }
    }
}
