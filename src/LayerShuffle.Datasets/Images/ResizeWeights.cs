namespace LayerShuffle.Datasets.Images;

/// <summary>
/// Along one axis, which input pixels make up each output pixel. As in PIL: output pixel i is centred at (i + ½)·scale, and when shrinking the kernel widens
/// with the scale, so that every input pixel counts (antialiasing). Weights sum to 1; what the kernel would take from outside the image is left out. They are
/// fixed-point numbers of <see cref="FractionBits"/> bits, and the arithmetic follows PIL's step by step, so that bytes come out equal.
/// </summary>
internal sealed class ResizeWeights
{
    /// <summary>8 bits for a pixel and two for kernels that overshoot leave 22 of 32.</summary>
    public const int FractionBits = 32 - 8 - 2;

    private readonly int[] starts;
    private readonly int[][] weights;
    private readonly int first;

    /// <summary>Weights of the output pixels <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1.</summary>
    public ResizeWeights(int input, int output, Interpolation interpolation, int first, int count)
    {
        this.first = first;
        double scale = (double)input / output, stretch = Math.Max(scale, 1), shrink = 1 / stretch;
        double support = Support(interpolation) * stretch;
        starts = new int[count];
        weights = new int[count][];
        for (int i = 0; i < count; i++)
        {
            double centre = (first + i + 0.5) * scale;
            int start = Math.Max((int)(centre - support + 0.5), 0);
            int end = Math.Min((int)(centre + support + 0.5), input);
            var raw = new double[end - start];
            double sum = 0;
            for (int x = 0; x < raw.Length; x++)
                sum += raw[x] = Kernel((x + start - centre + 0.5) * shrink, interpolation);
            starts[i] = start;
            weights[i] = [.. raw.Select(w => Fixed(sum == 0 ? w : w / sum))];
        }
    }

    /// <summary>The first input pixel that any of the output pixels needs.</summary>
    public int From => starts[0];

    /// <summary>One past the last input pixel that any of the output pixels needs.</summary>
    public int To => starts[^1] + weights[^1].Length;

    public int Start(int output) => starts[output - first];

    public ReadOnlySpan<int> Weights(int output) => weights[output - first];

    /// <summary>A sum of pixels times weights as a byte.</summary>
    public static byte ToByte(int sum) => (byte)Math.Clamp(sum >> FractionBits, 0, 255);

    private static int Fixed(double weight) => (int)((weight < 0 ? -0.5 : 0.5) + weight * (1 << FractionBits));

    private static double Support(Interpolation interpolation) => interpolation switch
    {
        Interpolation.Box => 0.5,
        Interpolation.Bilinear or Interpolation.Hamming => 1,
        Interpolation.Bicubic => 2,
        Interpolation.Lanczos => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(interpolation)),
    };

    private static double Kernel(double x, Interpolation interpolation) => interpolation switch
    {
        Interpolation.Box => x is > -0.5 and <= 0.5 ? 1 : 0,
        Interpolation.Bilinear => Math.Max(1 - Math.Abs(x), 0),
        Interpolation.Hamming => Hamming(Math.Abs(x)),
        Interpolation.Bicubic => Bicubic(Math.Abs(x)),
        _ => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0,
    };

    private static double Bicubic(double x)
    {
        const double a = -0.5;
        if (x < 1)
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    // The window's two numbers are single precision in PIL, which decides the last bits.
    private static double Hamming(double x) => x == 0 ? 1 : x >= 1 ? 0 : Sinc(x) * (0.54f + 0.46f * Math.Cos(x * Math.PI));

    private static double Sinc(double x)
    {
        if (x == 0)
            return 1;
        x *= Math.PI;
        return Math.Sin(x) / x;
    }
}
