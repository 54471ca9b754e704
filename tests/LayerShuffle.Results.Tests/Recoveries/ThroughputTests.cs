using LayerShuffle.Core.Time;
using LayerShuffle.Results.Recoveries;

namespace LayerShuffle.Results.Tests.Recoveries;

/// <summary>When a throughput is back, by hand: ten a second before, so that 9.5 a second, which is ten of them, must be reached.</summary>
public sealed class ThroughputTests
{
    [Fact]
    public void After_a_standstill_it_is_back_from_the_beginning_of_the_second_that_holds_ten() =>
        Back(4000, [.. Every(100, 100, 4000), .. Every(5100, 100, 9000)]).ShouldBe(5000); // 5100, …, 6000 are ten

    [Fact]
    public void What_costs_nothing_is_over_when_it_begins() => Back(4000, Every(100, 100, 9000)).ShouldBe(4000);

    [Fact]
    public void A_dent_below_a_twentieth_does_not_count()
    {
        double[] every20 = Every(20, 20, 4000); // fifty a second: 47.5 must be reached, 48 are left when two are missing
        Back(4000, [.. every20, .. Every(4020, 20, 9000).Where(at => at is not (4040 or 4060))]).ShouldBe(4000);
        Back(4000, [.. every20, .. Every(4020, 20, 9000).Where(at => at is not (4040 or 4060 or 4080))]).ShouldBe(4040); // (4040, 5040] holds 48
    }

    [Fact]
    public void At_nine_tenths_it_never_is() => Back(4000, [.. Every(100, 100, 4000), .. Every(4120, 120, 20_000)]).ShouldBeNull();

    [Fact]
    public void Only_the_five_seconds_before_count_and_nothing_of_the_warm_up()
    {
        double[] done = [.. Every(10, 10, 5000), .. Every(5100, 100, 20_000)]; // a hundred a second, then ten
        Back(10_000, done).ShouldBe(10_000);
        Back(6000, done).ShouldBeNull();
        Back(6000, done, warmUp: 5000).ShouldBe(6000);
    }

    [Fact]
    public void Without_anything_before_or_a_second_after_nothing_is_known()
    {
        Back(0, Every(100, 100, 5000)).ShouldBeNull();
        Back(4000, Every(4100, 100, 9000)).ShouldBeNull();
        Back(4000, Every(100, 100, 4900)).ShouldBeNull();
        Back(4000, []).ShouldBeNull();
    }

    private static double[] Every(double from, double step, double to) => [.. Enumerable.Range(0, (int)((to - from) / step) + 1).Select(i => from + (i * step))];

    private static double? Back(double disturbed, double[] done, double warmUp = 0) =>
        new Throughput([.. done.Select(at => (Sample.At(at), 1))], Sample.At(warmUp)).Back(Sample.At(disturbed))?.TotalMilliseconds;
}
