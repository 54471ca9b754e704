using LayerShuffle.Core.Time;
using MathNet.Numerics.Distributions;

namespace LayerShuffle.Core.Distributions;

/// <summary>Families of delay distributions, named as netem and the scenario language name them.</summary>
public enum DelayKind
{
    /// <summary>Always the mean.</summary>
    Constant,

    /// <summary>Uniform between min and max.</summary>
    Uniform,

    /// <summary>Normal, clamped.</summary>
    Normal,

    /// <summary>Lognormal with the given mean and standard deviation.</summary>
    Lognormal,

    /// <summary>Exponential with the given mean.</summary>
    Exponential,

    /// <summary>Pareto (type I) with the given mean and standard deviation.</summary>
    Pareto,

    /// <summary>A quarter normal, three quarters Pareto of shape 3, quantile by quantile: tc-netem(8)'s table, with the deviation that is asked for.</summary>
    ParetoNormal,

    /// <summary>A table of quantiles.</summary>
    Empirical,
}

/// <summary>
/// How a latency or a compute time is drawn. Every family takes exactly one uniform draw, through its quantile function, so that swept values meet the same
/// luck.
/// </summary>
/// <param name="Kind">The family.</param>
/// <param name="Mean">Mean before clamping; for <see cref="DelayKind.Uniform"/> the middle of min and max.</param>
/// <param name="StandardDeviation">Standard deviation before clamping (normal, lognormal, pareto); zero elsewhere.</param>
/// <param name="Min">Lower clamp, default 0; for <see cref="DelayKind.Uniform"/> the lower end.</param>
/// <param name="Max">Upper clamp, or null for none; for <see cref="DelayKind.Uniform"/> the upper end.</param>
public sealed record DelayDistribution(DelayKind Kind, Duration Mean, Duration StandardDeviation, Duration Min, Duration? Max)
{
    /// <summary>
    /// How much the normal score of a draw leans towards that of the one before on the same link, in [0, 1): an AR(1) process, whose stationary distribution
    /// is the family's own.
    /// </summary>
    public double Correlation { get; init; }

    /// <summary>The table of <see cref="DelayKind.Empirical"/>; null elsewhere.</summary>
    public QuantileTable? Quantiles { get; init; }

    /// <summary>Draws from a table; mean and deviation are the table's.</summary>
    public static DelayDistribution Empirical(QuantileTable quantiles, Duration min = default, Duration? max = null) =>
        new(DelayKind.Empirical, new((long)Math.Round(quantiles.MeanNanoseconds)), new((long)Math.Round(quantiles.DeviationNanoseconds)), min, max)
        {
            Quantiles = quantiles,
        };

    /// <summary>Always exactly this.</summary>
    public static DelayDistribution Constant(Duration value) => new(DelayKind.Constant, value, Duration.Zero, Duration.Zero, null);

    /// <summary>Longest delay ever drawn (about 31 years), so that adding one to an instant cannot overflow.</summary>
    private const double LongestNanoseconds = 1e18;

    /// <summary>The delay at a uniform draw: the family's quantile function, rounded to a nanosecond and clamped to [Min, Max].</summary>
    /// <param name="uniform">A draw in [0, 1). More is never shorter, so that two settings compared on one draw are compared on the same luck.</param>
    public Duration Sample(double uniform)
    {
        // The ends of the interval are where unbounded families reach infinity; half a step of the 53-bit grid inside them is as far as a draw can tell.
        double quantile = Math.Clamp(uniform, 1.0 / (1UL << 54), 1 - 1.0 / (1UL << 53));
        double nanoseconds = Kind switch
        {
            DelayKind.Constant => Mean.Nanoseconds,
            DelayKind.Uniform => UniformQuantile(uniform),
            DelayKind.Normal => Mean.Nanoseconds + StandardDeviation.Nanoseconds * Normal.InvCDF(0, 1, quantile),
            DelayKind.Lognormal => LognormalQuantile(quantile),
            DelayKind.Exponential => -Mean.Nanoseconds * Math.Log(1 - quantile),
            DelayKind.Pareto => ParetoQuantile(quantile),
            DelayKind.ParetoNormal => Mean.Nanoseconds + (StandardDeviation.Nanoseconds * ParetoNormalQuantile(quantile)),
            DelayKind.Empirical => Quantiles!.At(uniform),
            _ => throw new InvalidOperationException($"There is no quantile function for the delay distribution {Kind}."),
        };
        long drawn = (long)Math.Round(Math.Clamp(nanoseconds, -LongestNanoseconds, LongestNanoseconds));
        return new(Math.Max(Min.Nanoseconds, Math.Min(drawn, Max?.Nanoseconds ?? long.MaxValue)));
    }

    /// <summary>The delay at a draw that leans towards the one before on its link.</summary>
    /// <param name="uniform">A draw in [0, 1).</param>
    /// <param name="score">The normal score of the one before, NaN for none; then this one's.</param>
    public Duration Sample(double uniform, ref double score)
    {
        if (Correlation == 0)
            return Sample(uniform);
        double own = Normal.InvCDF(0, 1, Math.Clamp(uniform, 1.0 / (1UL << 54), 1 - 1.0 / (1UL << 53)));
        score = double.IsNaN(score) ? own : (Correlation * score) + (Math.Sqrt(1 - (Correlation * Correlation)) * own);
        return Sample(Normal.CDF(0, 1, score));
    }

    /// <summary>Both parts have mean 0 and deviation 1; together they rise with the draw, and their sum has a deviation of 0.93775….</summary>
    private static double ParetoNormalQuantile(double quantile)
    {
        const double deviation = 0.9377538568734444; // √(¼² + ¾² + 2·¼·¾·c), c = 0.67835… the covariance of the two
        double pareto = (Math.Pow(1 - quantile, -1.0 / 3) - 1.5) / Math.Sqrt(0.75);
        return ((0.25 * Normal.InvCDF(0, 1, quantile)) + (0.75 * pareto)) / deviation;
    }

    private double UniformQuantile(double uniform)
    {
        double low = Min.Nanoseconds, high = Max?.Nanoseconds ?? 2.0 * Mean.Nanoseconds - low;
        return low + (high - low) * uniform;
    }

    /// <summary>Mean and deviation are the lognormal's own, not those of its logarithm: σ² = ln(1 + s²/m²), μ = ln m − σ²/2.</summary>
    private double LognormalQuantile(double quantile)
    {
        double mean = Mean.Nanoseconds, ratio = StandardDeviation.Nanoseconds / mean;
        if (mean <= 0 || ratio == 0)
            return mean;
        double variance = Math.Log(1 + ratio * ratio);
        return mean * Math.Exp(Math.Sqrt(variance) * Normal.InvCDF(0, 1, quantile) - variance / 2);
    }

    /// <summary>A finite deviation means a shape α &gt; 2: (s/m)² = 1 / (α(α−2)), and the scale is m(α−1)/α.</summary>
    private double ParetoQuantile(double quantile)
    {
        double mean = Mean.Nanoseconds, ratio = StandardDeviation.Nanoseconds / mean;
        if (mean <= 0 || ratio == 0)
            return mean;
        double shape = 1 + Math.Sqrt(1 + 1 / (ratio * ratio));
        return mean * (shape - 1) / shape * Math.Pow(1 - quantile, -1 / shape);
    }
}
