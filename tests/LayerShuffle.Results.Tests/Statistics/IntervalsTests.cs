using CsCheck;
using LayerShuffle.Results.Statistics;

namespace LayerShuffle.Results.Tests.Statistics;

public class IntervalsTests
{
    [Fact]
    public void A_mean_has_students_interval()
    {
        // 1…5: mean 3, s = √2.5, t(4, 97.5%) = 2.7764451052.
        var interval = Intervals.Mean([1, 2, 3, 4, 5]);

        var half = 2.7764451051977987 * Math.Sqrt(2.5) / Math.Sqrt(5);
        interval.Low!.Value.ShouldBe(3 - half, 1e-8);
        interval.High!.Value.ShouldBe(3 + half, 1e-8);
        interval.Count.ShouldBe(5);
    }

    [Fact]
    public void One_value_has_no_interval() => Intervals.Mean([3]).ShouldBe(new Interval(null, null, 1));

    [Fact]
    public void A_ratio_of_equal_wholes_has_the_interval_of_its_mean() => Gen.Int[0, 8].Array[2, 30].Sample(correct =>
    {
        var ratio = Intervals.Ratio(correct.Select(c => ((double)c, 8.0)));
        var mean = Intervals.Mean(correct.Select(c => c / 8.0));
        return Math.Abs(ratio.Low!.Value - mean.Low!.Value) < 1e-9 && Math.Abs(ratio.High!.Value - mean.High!.Value) < 1e-9;
    });

    [Fact]
    public void A_ratio_of_unequal_wholes_is_centred_on_the_share_of_all()
    {
        // 4 of 8, 1 of 2, 0 of 2: R = 5/12; residuals 2/3, 1/6, -5/6; s² = (16 + 1 + 25)/36/2 = 7/12.
        var interval = Intervals.Ratio([(4, 8), (1, 2), (0, 2)]);

        var half = 4.302652729749464 * Math.Sqrt(7 / 12.0) / Math.Sqrt(3) / 4;
        interval.Low!.Value.ShouldBe(5 / 12.0 - half, 1e-8);
        interval.High!.Value.ShouldBe(5 / 12.0 + half, 1e-8);
    }

    [Theory]
    [InlineData(0, 10, 0, 0.27753279)]
    [InlineData(10, 10, 0.72246721, 1)]
    [InlineData(5, 10, 0.23659309, 0.76340691)]
    [InlineData(81, 263, 0.25528954, 0.36621768)]
    public void A_share_has_wilsons_interval(long successes, long count, double low, double high)
    {
        var interval = Intervals.Wilson(successes, count);

        interval.Low!.Value.ShouldBe(low, 1e-4);
        interval.High!.Value.ShouldBe(high, 1e-4);
    }

    [Fact]
    public void A_median_lies_between_order_statistics()
    {
        // n = 10: P(B ≤ 1) = 11/1024 ≤ 2.5% < P(B ≤ 2), so the 2nd and the 9th value.
        var interval = Intervals.Quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.5);

        interval.ShouldBe(new Interval(2, 9, 10));
    }

    [Theory]
    [InlineData(367, false)]
    [InlineData(368, true)]
    public void A_high_quantile_needs_many_values_for_an_upper_end(int count, bool bounded) =>
        Intervals.Quantile(Enumerable.Range(0, count).Select(i => (double)i).ToArray(), 0.99).High.HasValue.ShouldBe(bounded);
}
