using CsCheck;
using LayerShuffle.Results.Statistics;

namespace LayerShuffle.Results.Tests.Statistics;

public class QuantilesTests
{
    // numpy: np.quantile([1, 2, 3, 4], q), and np.percentile of [10, 20, 40, 80, 160].
    [Theory]
    [InlineData(new[] { 1.0, 2, 3, 4 }, 0.5, 2.5)]
    [InlineData(new[] { 1.0, 2, 3, 4 }, 0.95, 3.8499999999999996)]
    [InlineData(new[] { 10.0, 20, 40, 80, 160 }, 0.5, 40)]
    [InlineData(new[] { 10.0, 20, 40, 80, 160 }, 0.95, 144)]
    [InlineData(new[] { 10.0, 20, 40, 80, 160 }, 0.99, 156.8)]
    [InlineData(new[] { 10.0, 20, 40, 80, 160 }, 0, 10)]
    [InlineData(new[] { 10.0, 20, 40, 80, 160 }, 1, 160)]
    [InlineData(new[] { 7.0 }, 0.99, 7)]
    public void A_quantile_is_numpys(double[] ascending, double probability, double expected) =>
        Quantiles.Linear(ascending, probability).ShouldBe(expected, 1e-12);

    [Fact]
    public void A_quantile_lies_within_the_sample_and_rises() =>
        Gen.Select(Gen.Double[-1e6, 1e6].Array[1, 40], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((values, a, b) =>
        {
            Array.Sort(values);
            var (low, high) = (Quantiles.Linear(values, Math.Min(a, b)), Quantiles.Linear(values, Math.Max(a, b)));
            return values[0] <= low && low <= high + 1e-9 && high <= values[^1];
        });

    [Fact]
    public void Nothing_has_no_quantile() => Should.Throw<ArgumentException>(() => Quantiles.Linear([], 0.5));
}
