using MathNet.Numerics.Distributions;

namespace LayerShuffle.Results.Statistics;

/// <summary>95% confidence intervals.</summary>
public static class Intervals
{
    /// <summary>How often an interval is to hold the true value.</summary>
    public const double Confidence = 0.95;

    private const double Tail = (1 - Confidence) / 2;

    /// <summary>Student's t interval of a mean: mean ± t(n−1) · s ÷ √n. No ends for fewer than two values.</summary>
    public static Interval Mean(IEnumerable<double> values) => Ratio(values.Select(value => (value, 1.0)));

    /// <summary>
    /// Student's t interval of Σ parts ÷ Σ wholes, by the ratio estimator: R ± t(n−1) · √(Σ(part − R·whole)² ÷ (n−1)) ÷ (√n · mean whole).
    /// With equal wholes that is the interval of the mean of part ÷ whole. The sequence is gone through twice.
    /// </summary>
    public static Interval Ratio(IEnumerable<(double Part, double Whole)> units)
    {
        long count = 0;
        double parts = 0, wholes = 0;
        foreach (var (part, whole) in units)
        {
            count++;
            parts += part;
            wholes += whole;
        }
        if (count < 2 || wholes <= 0)
            return new Interval(null, null, count);
        var ratio = parts / wholes;
        double squares = 0;
        foreach (var (part, whole) in units)
            squares += (part - ratio * whole) * (part - ratio * whole);
        var standardError = Math.Sqrt(squares / (count - 1)) / Math.Sqrt(count) / (wholes / count);
        var half = StudentT.InvCDF(0, 1, count - 1, 1 - Tail) * standardError;
        return new Interval(ratio - half, ratio + half, count);
    }

    /// <summary>Half of Student's t interval of a mean of so many values with this deviation.</summary>
    public static double HalfOfMean(double deviation, long count) => StudentT.InvCDF(0, 1, count - 1, 1 - Tail) * deviation / Math.Sqrt(count);

    /// <summary>Wilson's score interval of a share, which stays within 0…1 and has a width also at 0 and 1.</summary>
    public static Interval Wilson(long successes, long count)
    {
        if (count < 1)
            return new Interval(null, null, 0);
        var z = Normal.InvCDF(0, 1, 1 - Tail);
        var share = (double)successes / count;
        var scale = 1 + z * z / count;
        var centre = (share + z * z / (2 * count)) / scale;
        var half = z / scale * Math.Sqrt(share * (1 - share) / count + z * z / (4.0 * count * count));
        // At the ends the formula gives exactly 0 and 1, but for the last bit.
        return new Interval(successes == 0 ? 0 : centre - half, successes == count ? 1 : centre + half, count);
    }

    /// <summary>
    /// The distribution-free interval of a quantile between two of the ascending values, by the binomial distribution of how many lie below it. An end is
    /// missing where the sample is too small to bound it (the upper end of a 99th percentile needs 368 values).
    /// </summary>
    public static Interval Quantile(ReadOnlySpan<double> ascending, double probability)
    {
        var count = ascending.Length;
        if (count < 1)
            return new Interval(null, null, 0);
        // The k-th value (from 1) lies above the quantile with probability P(B ≤ k−1), B binomial: the largest k with that at most the tail, the smallest with
        // at least its rest.
        var above = Smallest(count, k => Binomial.CDF(probability, count, k - 1) > Tail);
        var upper = Smallest(count, k => Binomial.CDF(probability, count, k - 1) >= 1 - Tail);
        return new Interval(above > 1 ? ascending[above - 2] : null, upper <= count ? ascending[upper - 1] : null, count);
    }

    /// <summary>The smallest k in 1…count that fulfils a condition which stays fulfilled from there on; count + 1 if none does.</summary>
    private static int Smallest(int count, Func<int, bool> fulfils)
    {
        var (low, high) = (1, count + 1);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (fulfils(middle))
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }
}
