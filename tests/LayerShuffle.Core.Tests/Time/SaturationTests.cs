using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Workloads;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Time;

/// <summary>Sums and products end at the end of time instead of overflowing.</summary>
public sealed class SaturationTests
{
    private static readonly Duration Longest = new(long.MaxValue);

    [Fact]
    public void Products_and_sums_end_at_the_end_of_time()
    {
        (Ms(2) * 1e15).ShouldBe(Longest);
        (Ms(2) * 1e300).ShouldBe(Longest);
        (Duration.Zero * 1e300).ShouldBe(Duration.Zero);
        (Ms(2) * long.MaxValue).ShouldBe(Longest);
        (Ms(2) * -long.MaxValue).ShouldBe(new(long.MinValue));
        (Longest + Ms(1)).ShouldBe(Longest);
        (Instant.Never + Ms(1)).ShouldBe(Instant.Never);
        (At(5) + Longest).ShouldBe(Instant.Never);
        Duration.FromSeconds(1e12).ShouldBe(Longest);
        Duration.FromTimeSpan(TimeSpan.MaxValue).ShouldBe(Longest);
        Longest.ToTimeSpan().ShouldBe(new TimeSpan(long.MaxValue / 100 + 1));
        new Duration(101).ToTimeSpan().ShouldBe(new TimeSpan(2));
    }

    [Fact]
    public void Sums_below_it_stay_exact()
    {
        (new Duration(long.MaxValue - 7) + new Duration(7)).ShouldBe(Longest);
        (new Duration(123_456_789_012_345_678) + new Duration(1)).Nanoseconds.ShouldBe(123_456_789_012_345_679);
        (Ms(3) * 4L).ShouldBe(Ms(12));
    }

    [Fact]
    public void Slowdowns_together_stay_a_number()
    {
        var health = new NodeHealth(Cluster(1));
        for (int i = 0; i < 5; i++)
            health.Slow(1, $"f{i}", 1e200);
        health.SlowdownFactor(1).ShouldBe(1e300);
    }

    [Theory]
    [InlineData(ArrivalKind.Uniform, 1e-30)]
    [InlineData(ArrivalKind.Poisson, 1e-30)]
    [InlineData(ArrivalKind.Uniform, 1e30)]
    public void Arrivals_at_extreme_rates_are_in_order(ArrivalKind kind, double rate)
    {
        var schedule = new ArrivalSchedule(new ArrivalSpec(kind, 0, rate), Seed);
        Enumerable.Range(0, 100).Select(schedule.At).ShouldBeInOrder();
        schedule.At(99).Nanoseconds.ShouldBeLessThanOrEqualTo(1_000_000_000_000_000_000);
    }
}
