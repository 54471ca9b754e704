using LayerShuffle.Core.Time;
using LayerShuffle.Core.Workloads;
using MathNet.Numerics.Distributions;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Workloads;

public sealed class ArrivalScheduleTests
{
    [Fact]
    public void Uniform_arrivals_do_not_drift()
    {
        var schedule = new ArrivalSchedule(new(ArrivalKind.Uniform, 1, 30), Seed);
        schedule.At(0).ShouldBe(Instant.Zero);
        schedule.At(1).Nanoseconds.ShouldBe(33_333_333);
        schedule.At(2).Nanoseconds.ShouldBe(66_666_667);
        schedule.At(3).Nanoseconds.ShouldBe(100_000_000);
        schedule.At(300_000_000).ShouldBe(Instant.Zero + Duration.FromSeconds(10_000_000));
        new ArrivalSchedule(new(ArrivalKind.Uniform, 1, 0.1), Seed).At(7).ShouldBe(At(70_000));
    }

    [Fact]
    public void Poisson_gaps_are_exponential()
    {
        var schedule = new ArrivalSchedule(new(ArrivalKind.Poisson, 1, 50), Seed);
        schedule.At(0).ShouldBe(Instant.Zero);
        const int Count = 20_000;
        Instant[] times = [.. Enumerable.Range(0, Count + 1).Select(schedule.At)]; // in turn: asked for out of turn, it sums from the start
        double[] gaps = [.. times.Skip(1).Zip(times, (next, time) => (next - time).TotalMilliseconds)];
        gaps.Average().ShouldBe(20, 5 * 20 / Math.Sqrt(Count));
        // Equally many gaps fall between any two neighbouring deciles of the exponential distribution.
        var counts = new int[10];
        foreach (double gap in gaps)
            counts[(int)(10 * Exponential.CDF(1.0 / 20, gap))]++;
        counts.ShouldBeEquallyLikely();
    }

    [Fact]
    public void Poisson_arrivals_do_not_depend_on_what_was_asked_before_and_scale_with_the_rate()
    {
        var fast = new ArrivalSchedule(new(ArrivalKind.Poisson, 1, 50), Seed);
        var slow = new ArrivalSchedule(new(ArrivalKind.Poisson, 1, 25), Seed);
        for (int i = 99; i >= 0; i--)
            Math.Abs(fast.At(i).Nanoseconds * 2 - slow.At(i).Nanoseconds).ShouldBeLessThanOrEqualTo(1);
        new ArrivalSchedule(new(ArrivalKind.Poisson, 1, 50), Seed).At(99).ShouldBe(fast.At(99));
    }

    [Fact]
    public void A_closed_workload_has_no_schedule() =>
        Should.Throw<ArgumentException>(() => new ArrivalSchedule(new(ArrivalKind.Closed, 4, 0), Seed));
}
