using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Datasets.Batches;

/// <summary>
/// Writes one image as normalised floats [channels, height, width], varied by an augmentation. A single channel is the first: grey images have three equal
/// ones.
/// </summary>
internal sealed class ImageWriter(IImageSet images, NormalizationStats normalization, AugmentationSettings settings)
{
    private const int PaddingAt32 = 4;

    private readonly float[] table = normalization.Table();
    private readonly byte[] pixels = new byte[3 * images.Height * images.Width];
    private RandAugment? operations; // made when it is first needed

    /// <summary>
    /// Writes image <paramref name="index"/>. Luck is drawn only where the augmentation needs it: mirror, rows, columns, operations, erasing, in this order.
    /// </summary>
    public void Write(int index, Augmentation augmentation, RandomStream? luck, Span<float> destination)
    {
        images.CopyPixels(index, pixels);
        if (augmentation == Augmentation.None)
        {
            WriteMoved(mirror: false, 0, 0, destination);
        }
        else
        {
            ArgumentNullException.ThrowIfNull(luck);
            bool mirror = luck.Next(2) == 1;
            int down = Shift(luck, images.Height), right = Shift(luck, images.Width);
            if (augmentation == Augmentation.RandAugment)
                (operations ??= new(images.Height, images.Width)).Apply(pixels, settings.Operations, settings.Magnitude, luck);
            WriteMoved(mirror, down, right, destination);
        }

        if (settings.Erasing > 0 && luck is not null && luck.NextDouble() < settings.Erasing)
            Erase(luck, destination);
    }

    /// <summary>Random erasing: 2% to a third of the area, between 0.3 and 3.3 times as high as wide.</summary>
    private void Erase(RandomStream luck, Span<float> destination)
    {
        const int Tries = 10;
        int height = images.Height, width = images.Width;
        for (int i = 0; i < Tries; i++)
        {
            double area = luck.NextDouble(0.02, 1.0 / 3) * height * width, ratio = Math.Exp(luck.NextDouble(Math.Log(0.3), Math.Log(1 / 0.3)));
            int tall = (int)Math.Round(Math.Sqrt(area * ratio)), wide = (int)Math.Round(Math.Sqrt(area / ratio));
            if (tall >= height || wide >= width || tall == 0 || wide == 0)
                continue;
            int top = luck.Next(height - tall + 1), left = luck.Next(width - wide + 1);
            for (int c = 0; c < normalization.Channels; c++)
            {
                for (int y = top; y < top + tall; y++)
                    destination.Slice((c * height + y) * width + left, wide).Clear();
            }

            return;
        }
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
