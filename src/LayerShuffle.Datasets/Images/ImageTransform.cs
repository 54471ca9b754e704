namespace LayerShuffle.Datasets;

/// <summary>Decoding, resizing and cropping, as PIL and torchvision's <c>Resize</c> and <c>CenterCrop</c> do it.</summary>
public static class ImageTransform
{
    /// <summary>Decodes a PNG or JPEG file. See <see cref="ImageDecoder.Decode"/>.</summary>
    public static PlanarImage Decode(ReadOnlySpan<byte> file, string name) => ImageDecoder.Decode(file, name);

    /// <summary>Resizes to exactly <paramref name="height"/> × <paramref name="width"/>: first along rows, then along columns, rounding to bytes after each, as PIL does.</summary>
    public static PlanarImage Resize(PlanarImage image, int height, int width, Interpolation interpolation = Interpolation.Bilinear)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        byte[] pixels = image.Pixels;
        if (width != image.Width)
            pixels = ResizeRows(pixels, image.Height, image.Width, width, interpolation);
        if (height != image.Height)
            pixels = ResizeColumns(pixels, image.Height, width, height, interpolation);
        return new(pixels, height, width);
    }

    /// <summary>Resizes so that the shorter side becomes <paramref name="size"/>, the longer one ⌊size · longer ÷ shorter⌋.</summary>
    public static PlanarImage ResizeShorterSide(PlanarImage image, int size, Interpolation interpolation = Interpolation.Bilinear)
    {
        int shorter = Math.Min(image.Height, image.Width), longer = Math.Max(image.Height, image.Width);
        int scaled = checked((int)((long)size * longer / shorter));
        return image.Width <= image.Height ? Resize(image, scaled, size, interpolation) : Resize(image, size, scaled, interpolation);
    }

    /// <summary>Cuts out the middle; where an odd pixel is left over, half of it rounds to even, as in torchvision.</summary>
    public static PlanarImage CenterCrop(PlanarImage image, int height, int width)
    {
        if (height < 1 || width < 1 || height > image.Height || width > image.Width)
            throw new ArgumentException($"A crop of {height} × {width} does not fit an image of {image.Height} × {image.Width}.");
        int top = (int)Math.Round((image.Height - height) / 2.0, MidpointRounding.ToEven);
        int left = (int)Math.Round((image.Width - width) / 2.0, MidpointRounding.ToEven);
        var pixels = new byte[3 * height * width];
        for (int c = 0; c < 3; c++)
            for (int y = 0; y < height; y++)
                image.Pixels.AsSpan((c * image.Height + top + y) * image.Width + left, width).CopyTo(pixels.AsSpan((c * height + y) * width));
        return new(pixels, height, width);
    }

    /// <summary>Mirrors left and right.</summary>
    public static PlanarImage FlipHorizontally(PlanarImage image)
    {
        byte[] pixels = [.. image.Pixels];
        for (int row = 0; row < 3 * image.Height; row++)
            pixels.AsSpan(row * image.Width, image.Width).Reverse();
        return image with { Pixels = pixels };
    }

    /// <summary>Brings an image to <paramref name="size"/> × <paramref name="size"/>: the shorter side resized, the middle cut out.</summary>
    public static PlanarImage Fit(PlanarImage image, int size, Interpolation interpolation = Interpolation.Bilinear)
    {
        if (image.Height == size && image.Width == size)
            return image;
        // Of a very long and thin image only the middle survives the crop: cut it out first, with a margin for the kernel, instead of resizing what is thrown away.
        long shorter = Math.Min(image.Height, image.Width);
        if (Math.Max(image.Height, image.Width) > 64 * shorter)
            image = CenterCrop(image, (int)Math.Min(image.Height, 64 * shorter), (int)Math.Min(image.Width, 64 * shorter));
        return CenterCrop(ResizeShorterSide(image, size, interpolation), size, size);
    }

    /// <summary><see cref="Fit"/> on bare pixels [3, height, width].</summary>
    internal static byte[] FitPlanar(byte[] pixels, int height, int width, int size) => Fit(new(pixels, height, width), size).Pixels;

    private static byte[] ResizeRows(byte[] pixels, int height, int width, int newWidth, Interpolation interpolation)
    {
        var weights = new ResizeWeights(width, newWidth, interpolation);
        var result = new byte[3 * height * newWidth];
        for (int row = 0; row < 3 * height; row++)
        {
            ReadOnlySpan<byte> source = pixels.AsSpan(row * width, width);
            for (int x = 0; x < newWidth; x++)
            {
                ReadOnlySpan<float> w = weights.Weights(x);
                float sum = 0;
                for (int i = 0; i < w.Length; i++)
                    sum += w[i] * source[weights.Start(x) + i];
                result[row * newWidth + x] = ToByte(sum);
            }
        }
        return result;
    }

    private static byte[] ResizeColumns(byte[] pixels, int height, int width, int newHeight, Interpolation interpolation)
    {
        var weights = new ResizeWeights(height, newHeight, interpolation);
        var result = new byte[3 * newHeight * width];
        var sums = new float[width];
        for (int c = 0; c < 3; c++)
            for (int y = 0; y < newHeight; y++)
            {
                ReadOnlySpan<float> w = weights.Weights(y);
                Array.Clear(sums);
                for (int i = 0; i < w.Length; i++)
                {
                    ReadOnlySpan<byte> source = pixels.AsSpan((c * height + weights.Start(y) + i) * width, width);
                    for (int x = 0; x < width; x++)
                        sums[x] += w[i] * source[x];
                }
                for (int x = 0; x < width; x++)
                    result[(c * newHeight + y) * width + x] = ToByte(sums[x]);
            }
        return result;
    }

    private static byte ToByte(float value) => (byte)Math.Clamp(value + 0.5f, 0f, 255f);
}
