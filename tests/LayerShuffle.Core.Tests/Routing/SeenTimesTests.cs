using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Tests.Routing;

public class SeenTimesTests
{
    [Theory]
    [InlineData(0.5, 10)]
    [InlineData(0.9, 10)]
    [InlineData(0.95, 20)]
    [InlineData(0.99, 100)]
    [InlineData(0.999, 1000)]
    public void There_is_a_quantile_once_one_time_is_expected_beyond_it(double quantile, int enough)
    {
        var times = new SeenTimes();
        for (int i = 1; i < enough; i++)
            times.Add(Duration.FromMilliseconds(i));
        times.Quantile(quantile).ShouldBeNull();
        times.Add(Duration.FromMilliseconds(enough));
        // numpy's default: linear between the values, of 1 … n the one at 1 + q (n − 1)
        times.Quantile(quantile)!.Value.TotalMilliseconds.ShouldBe(1 + (quantile * (enough - 1)), 1e-5);
    }

    [Fact]
    public void Only_the_last_thousand_count()
    {
        var times = new SeenTimes();
        for (int i = 0; i < 1500; i++)
            times.Add(Duration.FromMilliseconds(i < 500 ? 1000 : i - 500));
        times.Quantile(0.5).ShouldBe(Duration.FromMilliseconds(499.5));
        for (int i = 0; i < 1000; i++)
            times.Add(Duration.FromMilliseconds(3));
        times.Quantile(0.9).ShouldBe(Duration.FromMilliseconds(3));
    }
}
