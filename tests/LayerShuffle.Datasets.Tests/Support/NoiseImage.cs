namespace LayerShuffle.Datasets.Tests.Support;

/// <summary>
/// Pictures of noise that a formula gives, so that the stored results of PIL need no stored pictures: pixel (c, y, x) is the top byte of a hash of c·7919 +
/// y·104729 + x·1299709 + seed·15485863 + 1, all in 32 bits. The vectors were made by a script of PIL 9.4 and numpy that computes the same noise, resizes it
/// with Image.resize and writes planar bytes; for processors.json it then goes through the steps of the image processors of transformers (resize, centre crop,
/// rescale, normalise) as their documentation and sources describe them.
/// </summary>
public static class NoiseImage
{
    /// <summary>Planar RGB bytes [3, height, width].</summary>
    /// <param name="seed">Which picture.</param>
    /// <param name="height">Its height.</param>
    /// <param name="width">Its width.</param>
    /// <param name="hard">Whether there is only black and white (in each channel), so that kernels overshoot.</param>
    public static byte[] Pixels(int seed, int height, int width, bool hard = false)
    {
        var pixels = new byte[3 * height * width];
        for (int i = 0; i < pixels.Length; i++)
        {
            int c = i / (height * width), y = i / width % height, x = i % width;
            byte value = Value((uint)(c * 7919 + y * 104729 + x * 1299709 + seed * 15485863 + 1));
            pixels[i] = hard ? (byte)(value >= 128 ? 255 : 0) : value;
        }

        return pixels;
    }

    /// <summary>The picture as a PNG file.</summary>
    public static byte[] Png(int seed, int height, int width)
    {
        byte[] pixels = Pixels(seed, height, width);
        int plane = height * width;
        return PngFile.Encode(width, height, (x, y) => (pixels[y * width + x], pixels[plane + y * width + x], pixels[2 * plane + y * width + x]));
    }

    private static byte Value(uint n)
    {
        n = unchecked(n * 2654435761);
        n ^= n >> 15;
        return (byte)(unchecked(n * 2246822519) >> 24);
    }
}
