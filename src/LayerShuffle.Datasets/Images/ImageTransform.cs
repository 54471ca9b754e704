namespace LayerShuffle.Datasets.Images;

/// <summary>Decoding, resizing and cropping, as PIL and Hugging Face's image processors do it.</summary>
public static class ImageTransform
{
    /// <summary>Decodes a PNG or JPEG file. See <see cref="ImageDecoder.Decode"/>.</summary>
    public static PlanarImage Decode(ReadOnlySpan<byte> file, string name) => ImageDecoder.Decode(file, name);

    /// <summary>
    /// Resizes to exactly <paramref name="height"/> × <paramref name="width"/>: first along rows, then along columns, rounding to bytes after each, as PIL
    /// does.
    /// </summary>
    public static PlanarImage Resize(PlanarImage image, int height, int width, Interpolation interpolation = Interpolation.Bilinear) =>
        ResizePart(image, height, width, interpolation, 0, 0, height, width);

    /// <summary>Resizes so that the shorter side becomes <paramref name="size"/>, the longer one ⌊size · longer ÷ shorter⌋.</summary>
    public static PlanarImage ResizeShorterSide(PlanarImage image, int size, Interpolation interpolation = Interpolation.Bilinear)
    {
        (int height, int width) = ResizeTarget.Shorter(size).Of(image.Height, image.Width);
        return Resize(image, height, width, interpolation);
    }

    /// <summary>Cuts out the middle, as Hugging Face's processors do: half of an odd rest is rounded down, and what is smaller gets a black margin.</summary>
    public static PlanarImage CenterCrop(PlanarImage image, int height, int width) => new PixelSteps { Crop = (height, width) }.Apply(image);

    /// <summary>Colours become their luma (ITU-R 601, in PIL's 16-bit weights), in three equal channels.</summary>
    public static PlanarImage ToGrey(PlanarImage image)
    {
        int plane = image.Height * image.Width;
        ReadOnlySpan<byte> source = image.Pixels;
        var pixels = new byte[3 * plane];
        for (int i = 0; i < plane; i++)
            pixels[i] = (byte)((source[i] * 19595 + source[plane + i] * 38470 + source[2 * plane + i] * 7471 + 0x8000) >> 16);
        pixels.AsSpan(0, plane).CopyTo(pixels.AsSpan(plane));
        pixels.AsSpan(0, plane).CopyTo(pixels.AsSpan(2 * plane));
        return image with { Pixels = pixels };
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
    public static PlanarImage Fit(PlanarImage image, int size, Interpolation interpolation = Interpolation.Bilinear) =>
        (PixelSteps.Fit(size, size) with { Filter = interpolation }).Apply(image);

    /// <summary>The part of <see cref="Resize"/>'s result that begins at (<paramref name="top"/>, <paramref name="left"/>); the rest is not computed.</summary>
    internal static PlanarImage ResizePart(
        PlanarImage image, int height, int width, Interpolation interpolation, int top, int left, int partHeight, int partWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if ((height, width, partHeight, partWidth) == (image.Height, image.Width, height, width))
            return image;
        if (interpolation == Interpolation.Nearest)
            return Nearest(image, height, width, top, left, partHeight, partWidth);
        ResizeWeights? down = height == image.Height ? null : new(image.Height, height, interpolation, top, partHeight);
        (int from, int to) = down is null ? (top, top + partHeight) : (down.From, down.To);
        PlanarImage rows = width == image.Width
            ? Place(image, to - from, partWidth, -from, -left)
            : ResizeRows(image, from, to, new(image.Width, width, interpolation, left, partWidth), left, partWidth);
        return down is null ? rows : ResizeColumns(rows, from, down, top, partHeight);
    }

    /// <summary>Puts an image at (<paramref name="top"/>, <paramref name="left"/>) of a black one; what hangs over is cut off.</summary>
    internal static PlanarImage Place(PlanarImage image, int height, int width, int top, int left)
    {
        if ((height, width, top, left) == (image.Height, image.Width, 0, 0))
            return image;
        var pixels = new byte[3 * height * width];
        int from = Math.Max(-left, 0), to = Math.Min(image.Width, width - left);
        for (int c = 0; c < 3; c++)
        {
            for (int y = Math.Max(-top, 0); y < Math.Min(image.Height, height - top); y++)
                image.Pixels.AsSpan((c * image.Height + y) * image.Width + from, to - from).CopyTo(pixels.AsSpan((c * height + y + top) * width + left + from));
        }

        return new(pixels, height, width);
    }

    private static PlanarImage Nearest(PlanarImage image, int height, int width, int top, int left, int partHeight, int partWidth)
    {
        int[] rows = Positions(image.Height, height), columns = Positions(image.Width, width);
        var pixels = new byte[3 * partHeight * partWidth];
        for (int c = 0; c < 3; c++)
        {
            for (int y = 0; y < partHeight; y++)
            {
                ReadOnlySpan<byte> source = image.Pixels.AsSpan((c * image.Height + rows[top + y]) * image.Width, image.Width);
                Span<byte> target = pixels.AsSpan((c * partHeight + y) * partWidth, partWidth);
                for (int x = 0; x < partWidth; x++)
                    target[x] = source[columns[left + x]];
            }
        }

        return new(pixels, partHeight, partWidth);
    }

    // PIL adds the scale up instead of multiplying it; where that rounds otherwise, so do we.
    private static int[] Positions(int input, int output)
    {
        double scale = (double)input / output, at = scale * 0.5;
        var positions = new int[output];
        for (int i = 0; i < output; i++, at += scale)
            positions[i] = Math.Min((int)at, input - 1);
        return positions;
    }

    private static PlanarImage ResizeRows(PlanarImage image, int from, int to, ResizeWeights weights, int left, int width)
    {
        int height = to - from;
        var result = new byte[3 * height * width];
        for (int c = 0; c < 3; c++)
        {
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<byte> source = image.Pixels.AsSpan((c * image.Height + from + y) * image.Width, image.Width);
                Span<byte> target = result.AsSpan((c * height + y) * width, width);
                for (int x = 0; x < width; x++)
                {
                    ReadOnlySpan<int> w = weights.Weights(left + x);
                    ReadOnlySpan<byte> covered = source.Slice(weights.Start(left + x), w.Length);
                    int sum = 1 << (ResizeWeights.FractionBits - 1);
                    for (int i = 0; i < w.Length; i++)
                        sum += w[i] * covered[i];
                    target[x] = ResizeWeights.ToByte(sum);
                }
            }
        }

        return new(result, height, width);
    }

    // The image begins at row `from` of the one that the weights speak of.
    private static PlanarImage ResizeColumns(PlanarImage image, int from, ResizeWeights weights, int top, int height)
    {
        int width = image.Width;
        var result = new byte[3 * height * width];
        var sums = new int[width];
        for (int c = 0; c < 3; c++)
        {
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<int> w = weights.Weights(top + y);
                Array.Fill(sums, 1 << (ResizeWeights.FractionBits - 1));
                for (int i = 0; i < w.Length; i++)
                {
                    ReadOnlySpan<byte> source = image.Pixels.AsSpan((c * image.Height + weights.Start(top + y) - from + i) * width, width);
                    for (int x = 0; x < width; x++)
                        sums[x] += w[i] * source[x];
                }

                Span<byte> target = result.AsSpan((c * height + y) * width, width);
                for (int x = 0; x < width; x++)
                    target[x] = ResizeWeights.ToByte(sums[x]);
            }
        }

        return new(result, height, width);
    }
}
