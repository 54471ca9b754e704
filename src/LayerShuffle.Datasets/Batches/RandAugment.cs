using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Datasets.Batches;

/// <summary>
/// RandAugment (Cubuk et al., arXiv 1909.13719): some operations, each drawn from the same fourteen, at one strength. Geometry takes the nearest pixel; what
/// comes in from outside is grey. Not safe for several threads.
/// </summary>
internal sealed class RandAugment(int height, int width)
{
    /// <summary>The greatest strength.</summary>
    public const int Strongest = 10;

    private const byte Grey = 128;
    private readonly byte[] copy = new byte[3 * height * width];
    private readonly int[] counts = new int[256];
    private readonly byte[] map = new byte[256];

    private enum Operation
    {
        Nothing, ShearX, ShearY, MoveX, MoveY, Rotate, Brightness, Colour, Contrast, Sharpness, Posterize, Solarize, AutoContrast, Equalize,
    }

    /// <summary>Changes an image [3, height, width].</summary>
    public void Apply(Span<byte> pixels, int operations, int magnitude, RandomStream luck)
    {
        double strength = magnitude / (double)Strongest;
        for (int i = 0; i < operations; i++)
        {
            var operation = (Operation)luck.Next(1 + (int)Operation.Equalize);
            double sign = luck.Next(2) == 1 ? 1 : -1;
            Apply(pixels, operation, strength, sign);
        }
    }

    private void Apply(Span<byte> pixels, Operation operation, double strength, double sign)
    {
        double factor = 1 + 0.9 * strength * sign, angle = Math.PI / 6 * strength * sign;
        switch (operation)
        {
            case Operation.ShearX:
                Warp(pixels, 1, 0.3 * strength * sign, 0, 1, 0, 0);
                break;
            case Operation.ShearY:
                Warp(pixels, 1, 0, 0.3 * strength * sign, 1, 0, 0);
                break;
            case Operation.MoveX:
                Warp(pixels, 1, 0, 0, 1, 0.45 * width * strength * sign, 0);
                break;
            case Operation.MoveY:
                Warp(pixels, 1, 0, 0, 1, 0, 0.45 * height * strength * sign);
                break;
            case Operation.Rotate:
                Warp(pixels, Math.Cos(angle), Math.Sin(angle), -Math.Sin(angle), Math.Cos(angle), 0, 0);
                break;
            case Operation.Brightness:
                Map(pixels, value => factor * value);
                break;
            case Operation.Contrast:
                double mean = Luminance(pixels);
                Map(pixels, value => mean + factor * (value - mean));
                break;
            case Operation.Colour:
                Saturate(pixels, factor);
                break;
            case Operation.Sharpness:
                Sharpen(pixels, factor);
                break;
            case Operation.Posterize:
                int bits = 4 + (int)Math.Round(4 * (1 - strength));
                Map(pixels, value => (int)value & (0xff << (8 - bits)));
                break;
            case Operation.Solarize:
                double threshold = 256 * (1 - strength);
                Map(pixels, value => value < threshold ? value : 255 - value);
                break;
            case Operation.AutoContrast:
                ByChannel(pixels, AutoContrast);
                break;
            case Operation.Equalize:
                ByChannel(pixels, Equalize);
                break;
        }
    }

    /// <summary>Output (x, y), from the middle, shows input (a·x + b·y + right, c·x + d·y + down).</summary>
    private void Warp(Span<byte> pixels, double a, double b, double c, double d, double right, double down)
    {
        pixels.CopyTo(copy);
        double middleX = (width - 1) / 2.0, middleY = (height - 1) / 2.0;
        int plane = height * width;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int fromX = (int)Math.Round(a * (x - middleX) + b * (y - middleY) + middleX + right);
                int fromY = (int)Math.Round(c * (x - middleX) + d * (y - middleY) + middleY + down);
                bool inside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
                for (int channel = 0; channel < 3; channel++)
                    pixels[channel * plane + y * width + x] = inside ? copy[channel * plane + fromY * width + fromX] : Grey;
            }
        }
    }

    private void Map(Span<byte> pixels, Func<double, double> function)
    {
        for (int value = 0; value < 256; value++)
            map[value] = Clip(function(value));
        foreach (ref byte pixel in pixels)
            pixel = map[pixel];
    }

    private void ByChannel(Span<byte> pixels, Action<int> fillMap)
    {
        int plane = height * width;
        for (int channel = 0; channel < 3; channel++)
        {
            Span<byte> part = pixels.Slice(channel * plane, plane);
            Array.Clear(counts);
            foreach (byte pixel in part)
                counts[pixel]++;
            fillMap(plane);
            foreach (ref byte pixel in part)
                pixel = map[pixel];
        }
    }

    private void AutoContrast(int plane)
    {
        int low = Array.FindIndex(counts, count => count > 0), high = Array.FindLastIndex(counts, count => count > 0);
        for (int value = 0; value < 256; value++)
            map[value] = high > low ? Clip((value - low) * 255.0 / (high - low)) : (byte)value;
    }

    private void Equalize(int plane)
    {
        int last = counts[Array.FindLastIndex(counts, count => count > 0)], step = (plane - last) / 255, sum = step / 2;
        for (int value = 0; value < 256; value++)
        {
            map[value] = step == 0 ? (byte)value : (byte)Math.Min(255, sum / step);
            sum += counts[value];
        }
    }

    private double Luminance(ReadOnlySpan<byte> pixels)
    {
        double sum = 0;
        for (int i = 0; i < height * width; i++)
            sum += Grey3(pixels, i);
        return sum / (height * width);
    }

    private void Saturate(Span<byte> pixels, double factor)
    {
        int plane = height * width;
        for (int i = 0; i < plane; i++)
        {
            double grey = Grey3(pixels, i);
            for (int channel = 0; channel < 3; channel++)
                pixels[channel * plane + i] = Clip(grey + factor * (pixels[channel * plane + i] - grey));
        }
    }

    private void Sharpen(Span<byte> pixels, double factor)
    {
        pixels.CopyTo(copy);
        int plane = height * width;
        for (int channel = 0; channel < 3; channel++)
        {
            for (int y = 1; y < height - 1; y++)
            {
                for (int x = 1; x < width - 1; x++)
                {
                    int at = channel * plane + y * width + x, sum = 4 * copy[at];
                    for (int row = -width; row <= width; row += width)
                        sum += copy[at + row - 1] + copy[at + row] + copy[at + row + 1];
                    double smooth = sum / 13.0;
                    pixels[at] = Clip(smooth + factor * (copy[at] - smooth));
                }
            }
        }
    }

    private double Grey3(ReadOnlySpan<byte> pixels, int at)
    {
        int plane = height * width;
        return 0.299 * pixels[at] + 0.587 * pixels[plane + at] + 0.114 * pixels[2 * plane + at];
    }

    private static byte Clip(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);
}
