namespace LayerShuffle.Core.Distributions;

/// <summary>The Weibull distribution, told by its mean and its shape: times to failure of what wears out (shape above 1) or fails early (below 1).</summary>
public static class Weibull
{
    /// <summary>The least and the greatest shape for which the mean can be told exactly enough.</summary>
    public const double LeastShape = 0.1, GreatestShape = 100;

    // Lanczos' approximation with g = 7 and nine terms (Godfrey's coefficients): 15 digits.
    private static readonly double[] Lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
        9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>The value below which a share of all values lies.</summary>
    /// <param name="mean">The mean.</param>
    /// <param name="shape">The shape; 1 is the exponential distribution.</param>
    /// <param name="uniform">The share, in [0, 1).</param>
    public static double Quantile(double mean, double shape, double uniform)
    {
        double exponential = -Math.Log(1 - uniform);
        return shape == 1 ? mean * exponential : mean / Gamma(1 + 1 / shape) * Math.Pow(exponential, 1 / shape);
    }

    /// <summary>The gamma function, of arguments of at least 1.</summary>
    public static double Gamma(double x)
    {
        double z = x - 1, sum = Lanczos[0], t = z + 7.5;
        for (int i = 1; i < Lanczos.Length; i++)
            sum += Lanczos[i] / (z + i);
        return Math.Sqrt(2 * Math.PI) * Math.Pow(t, z + 0.5) * Math.Exp(-t) * sum;
    }
}
