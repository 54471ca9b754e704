using MathNet.Numerics.Distributions;

namespace LayerShuffle.Core.Tests;

/// <summary>The yardsticks of tests on chance. Seeds are fixed, so a test that passes once passes always.</summary>
internal static class Statistics
{
    /// <summary>Asserts that a count lies in the exact central 99.9% interval of its binomial distribution.</summary>
    public static void ShouldBeBinomial(this long count, int trials, double probability)
    {
        var binomial = new Binomial(probability, trials);
        binomial.CumulativeDistribution(count).ShouldBeGreaterThan(0.0005);
        binomial.CumulativeDistribution(count - 1).ShouldBeLessThan(0.9995);
    }

    /// <summary>Asserts that counts of equally likely outcomes pass a chi-square test at 99.9%.</summary>
    public static void ShouldBeEquallyLikely(this IReadOnlyList<int> counts)
    {
        double expected = counts.Average();
        double statistic = counts.Sum(count => (count - expected) * (count - expected) / expected);
        statistic.ShouldBeLessThan(ChiSquared.InvCDF(counts.Count - 1, 0.999));
    }
}
