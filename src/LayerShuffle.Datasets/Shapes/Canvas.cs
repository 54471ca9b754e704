using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Datasets.Shapes;

/// <summary>A square picture of three float planes, in units of pixel values (0 … 255), on which shapes are painted.</summary>
internal sealed class Canvas(int size)
{
    private readonly float[] planes = new float[3 * size * size];

    /// <summary>
    /// Fills the picture with a colour that changes evenly across it, by <paramref name="slopeX"/> and <paramref name="slopeY"/> from edge to edge.
    /// </summary>
    public void FillGradient(Color color, float slopeX, float slopeY)
    {
        ReadOnlySpan<float> channels = [color.Red, color.Green, color.Blue];
        for (int c = 0; c < 3; c++)
            for (int y = 0; y < size; y++)
            {
                float rowValue = channels[c] + slopeY * ((y + 0.5f) / size - 0.5f) - 0.5f * slopeX;
                for (int x = 0; x < size; x++)
                    planes[(c * size + y) * size + x] = rowValue + slopeX * (x + 0.5f) / size;
            }
    }

    /// <summary>Paints a shape with smooth edges: a pixel is covered as much as a grid of 3 × 3 points in it is.</summary>
    /// <param name="shape">The outline.</param>
    /// <param name="centreX">The centre, in pixels from the left.</param>
    /// <param name="centreY">The centre, in pixels from the top.</param>
    /// <param name="radius">Half the shape's width, in pixels.</param>
    /// <param name="angle">The rotation, in radians.</param>
    /// <param name="color">The colour.</param>
    public void Paint(ShapeKind shape, double centreX, double centreY, double radius, double angle, Color color)
    {
        double cos = Math.Cos(angle) / radius, sin = Math.Sin(angle) / radius, reach = radius * ShapeOutline.Reach;
        int left = Math.Max(0, (int)(centreX - reach)), right = Math.Min(size - 1, (int)(centreX + reach));
        int top = Math.Max(0, (int)(centreY - reach)), bottom = Math.Min(size - 1, (int)(centreY + reach));
        for (int y = top; y <= bottom; y++)
            for (int x = left; x <= right; x++)
            {
                int covered = 0;
                for (int point = 0; point < 9; point++)
                {
                    double dx = x + (point % 3 + 0.5) / 3 - centreX, dy = y + (point / 3 + 0.5) / 3 - centreY;
                    if (ShapeOutline.Covers(shape, cos * dx + sin * dy, cos * dy - sin * dx))
                        covered++;
                }
                if (covered > 0)
                    Blend(y * size + x, covered / 9f, color);
            }
    }

    /// <summary>Rounds to bytes after adding triangular noise of a standard deviation, the same for all pixels but drawn for each.</summary>
    public void Develop(float noise, RandomStream luck, Span<byte> pixels)
    {
        // The difference of two uniform bytes has a standard deviation of √((256² − 1) / 6) ≈ 104.5.
        float scale = noise / 104.5f;
        ulong bits = 0;
        for (int i = 0; i < planes.Length; i++, bits >>= 16)
        {
            if (i % 4 == 0)
                bits = luck.NextBits();
            int difference = (int)(bits & 0xff) - (int)((bits >> 8) & 0xff);
            pixels[i] = (byte)Math.Clamp(planes[i] + difference * scale + 0.5f, 0f, 255f);
        }
    }

    private void Blend(int at, float weight, Color color)
    {
        int plane = size * size;
        planes[at] += (color.Red - planes[at]) * weight;
        planes[plane + at] += (color.Green - planes[plane + at]) * weight;
        planes[2 * plane + at] += (color.Blue - planes[2 * plane + at]) * weight;
    }
}
