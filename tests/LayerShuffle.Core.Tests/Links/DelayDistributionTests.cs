using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

public sealed class DelayDistributionTests
{
    [Theory]
    [InlineData(DelayKind.Normal, 50, 5)]
    [InlineData(DelayKind.Lognormal, 10, 4)]
    [InlineData(DelayKind.Lognormal, 10, 20)]
    [InlineData(DelayKind.Exponential, 8, 8)]
    [InlineData(DelayKind.Pareto, 10, 3)]
    public void Samples_have_the_mean_and_deviation_asked_for(DelayKind kind, double mean, double deviation)
    {
        var distribution = new DelayDistribution(kind, Ms(mean), kind == DelayKind.Exponential ? Duration.Zero : Ms(deviation), Duration.Zero, null);
        double[] samples = [.. Enumerable.Range(0, 200_000).Select(i => distribution.Sample(Seed.Child("sample").Child(i).Uniform).TotalMilliseconds)];
        double measured = samples.Average();
        measured.ShouldBe(mean, 5 * deviation / Math.Sqrt(samples.Length));
        // Heavy tails let the deviation converge slowly: their fourth moment is huge or infinite.
        Math.Sqrt(samples.Average(x => (x - measured) * (x - measured)))
            .ShouldBe(deviation, (kind is DelayKind.Normal or DelayKind.Exponential ? 0.02 : 0.1) * deviation);
    }

    [Fact]
    public void Uniform_runs_from_min_to_max()
    {
        var distribution = new DelayDistribution(DelayKind.Uniform, Ms(3), Duration.Zero, Ms(2), Ms(4));
        distribution.Sample(0).ShouldBe(Ms(2));
        distribution.Sample(0.5).ShouldBe(Ms(3));
        distribution.Sample(0.75).ShouldBe(Ms(3.5));
    }

    [Fact]
    public void Quantiles_match_their_closed_forms()
    {
        new DelayDistribution(DelayKind.Exponential, Ms(10), Duration.Zero, Duration.Zero, null).Sample(0.5).ShouldBe(Ms(10 * Math.Log(2)));
        Jitter(10, 2).Sample(0.5).ShouldBe(Ms(10));
        new DelayDistribution(DelayKind.Normal, Ms(10), Ms(2), Duration.Zero, null).Sample(0.975).TotalMilliseconds.ShouldBe(10 + 2 * 1.959963984540054, 1e-6);
        double sigma2 = Math.Log(1.25); // deviation / mean = 1/2
        new DelayDistribution(DelayKind.Lognormal, Ms(10), Ms(5), Duration.Zero, null).Sample(0.5).TotalMilliseconds.ShouldBe(10 * Math.Exp(-sigma2 / 2), 1e-5);
        // (s/m)² = 1/3 is a shape of 3, and the scale is m·2/3.
        new DelayDistribution(DelayKind.Pareto, Ms(9), Ms(9 / Math.Sqrt(3)), Duration.Zero, null).Sample(1 - 1.0 / 8).TotalMilliseconds.ShouldBe(12, 1e-4);
    }

    [Theory]
    [InlineData(DelayKind.Constant)]
    [InlineData(DelayKind.Uniform)]
    [InlineData(DelayKind.Normal)]
    [InlineData(DelayKind.Lognormal)]
    [InlineData(DelayKind.Exponential)]
    [InlineData(DelayKind.Pareto)]
    public void Samples_stay_within_the_clamps_and_never_fall_with_the_draw(DelayKind kind)
    {
        var distribution = new DelayDistribution(kind, Ms(5), Ms(4), Ms(1), Ms(9));
        Duration last = Duration.Zero;
        foreach (double uniform in (double[])[0, 1e-300, 1e-9, 0.01, 0.1, 0.5, 0.9, 0.999, 1 - 1.0 / (1UL << 53)])
        {
            Duration sample = distribution.Sample(uniform);
            sample.ShouldBeInRange(Ms(1), Ms(9));
            sample.ShouldBeGreaterThanOrEqualTo(last);
            last = sample;
        }
    }

    [Theory]
    [InlineData(DelayKind.Normal)]
    [InlineData(DelayKind.Lognormal)]
    [InlineData(DelayKind.Exponential)]
    [InlineData(DelayKind.Pareto)]
    public void Extreme_draws_and_no_deviation_give_finite_delays(DelayKind kind)
    {
        foreach (double uniform in (double[])[0, 1 - 1.0 / (1UL << 53)])
        {
            new DelayDistribution(kind, Ms(5), Ms(50), Duration.Zero, null).Sample(uniform).Nanoseconds.ShouldBeInRange(0, 1_000_000_000_000_000_000);
            new DelayDistribution(kind, Duration.Zero, Duration.Zero, Duration.Zero, null).Sample(uniform).ShouldBe(Duration.Zero);
        }
        if (kind != DelayKind.Exponential)
            new DelayDistribution(kind, Ms(5), Duration.Zero, Duration.Zero, null).Sample(0.9).ShouldBe(Ms(5));
    }

    [Fact]
    public void Compute_time_is_the_base_and_a_part_for_every_image() =>
        new ComputeTimeSpec(DelayDistribution.Constant(Ms(1)), Ms(0.2)).Sample(0.3, 8).ShouldBe(Ms(2.6));
}
