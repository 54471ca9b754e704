namespace LayerShuffle.Datasets;

/// <summary>
/// Along one axis, which input pixels make up each output pixel. As in PIL: output pixel i is centred at (i + ½)·scale, and when shrinking the kernel widens with the scale, so that
/// every input pixel counts (antialiasing). Weights sum to 1; what the kernel would take from outside the image is left out.
/// </summary>
internal sealed class ResizeWeights
{
    private readonly int[] starts;
    private readonly float[][] weights;

    public ResizeWeights(int input, int output, Interpolation interpolation)
    {
        double scale = (double)input / output, stretch = Math.Max(scale, 1);
        double support = (interpolation == Interpolation.Bilinear ? 1 : 2) * stretch;
        starts = new int[output];
        weights = new float[output][];
        for (int i = 0; i < output; i++)
        {
            double centre = (i + 0.5) * scale;
            int start = Math.Max((int)(centre - support + 0.5), 0);
            int end = Math.Min((int)(centre + support + 0.5), input);
            double[] raw = [.. Enumerable.Range(start, end - start).Select(x => Kernel((x + 0.5 - centre) / stretch, interpolation))];
            double sum = raw.Sum();
            starts[i] = start;
            weights[i] = [.. raw.Select(w => (float)(w / sum))];
        }
    }

    public int Start(int output) => starts[output];

    public ReadOnlySpan<float> Weights(int output) => weights[output];

    private static double Kernel(double x, Interpolation interpolation)
    {
        x = Math.Abs(x);
        if (interpolation == Interpolation.Bilinear)
            return Math.Max(1 - x, 0);
        const double a = -0.5;
        if (x < 1)
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }
}
