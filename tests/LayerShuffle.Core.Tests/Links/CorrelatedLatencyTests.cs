using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

/// <summary>Latencies that follow one another, and those that are given as quantiles.</summary>
public sealed class CorrelatedLatencyTests
{
    private const int Messages = 60_000;

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.9)]
    public void Normal_latencies_are_an_AR1_process(double correlation)
    {
        double[] latencies = Drawn(Jitter(50, 5) with { Correlation = correlation });
        double deviation = 5 * Math.Sqrt((1 + correlation) / (1 - correlation) / Messages); // of the mean of an AR(1)
        latencies.Average().ShouldBe(50, 5 * deviation);
        Deviation(latencies).ShouldBe(5, 0.1);
        for (int lag = 1; lag <= 3; lag++)
            Autocorrelation(latencies, lag).ShouldBe(Math.Pow(correlation, lag), 0.03);
    }

    [Theory]
    [InlineData(DelayKind.Exponential)]
    [InlineData(DelayKind.Lognormal)]
    [InlineData(DelayKind.Uniform)]
    [InlineData(DelayKind.ParetoNormal)]
    public void The_distribution_of_a_family_stays_its_own(DelayKind kind)
    {
        var plain = new DelayDistribution(kind, Ms(20), kind == DelayKind.Exponential ? default : Ms(4), kind == DelayKind.Uniform ? Ms(5) : default,
            kind == DelayKind.Uniform ? Ms(35) : null);
        double[] follows = [.. Drawn(plain with { Correlation = 0.5 }).Order()];
        foreach (double share in (double[])[0.01, 0.1, 0.5, 0.9, 0.99])
            follows[(int)(share * Messages)].ShouldBe(plain.Sample(share).TotalMilliseconds, 0.05 * plain.Sample(share).TotalMilliseconds + 0.05);
    }

    [Fact]
    public void A_message_that_overtakes_has_no_latency_and_leaves_the_row_alone()
    {
        DelayDistribution latency = Jitter(50, 5) with { Correlation = 0.9 };
        double[] spared = Drawn(latency, overtaking: true);
        Autocorrelation(spared, 1).ShouldBe(0.9, 0.03);
    }

    [Fact]
    public void Netems_paretonormal_has_the_mean_and_the_deviation_asked_for()
    {
        var distribution = new DelayDistribution(DelayKind.ParetoNormal, Ms(50), Ms(5), default, null);
        // The integral over the quantile function, by the middles of slices.
        double[] quantiles = [.. Enumerable.Range(0, Messages).Select(i => distribution.Sample((i + 0.5) / Messages).TotalMilliseconds)];
        quantiles.Average().ShouldBe(50, 0.01);
        Deviation(quantiles).ShouldBe(5, 0.1); // the tail beyond the last slice is missing
        double z = MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 0.9), pareto = (Math.Pow(0.1, -1.0 / 3) - 1.5) / Math.Sqrt(0.75);
        distribution.Sample(0.9).TotalMilliseconds.ShouldBe(50 + (5 * ((0.25 * z) + (0.75 * pareto)) / 0.93775), 1e-3);
    }

    [Fact]
    public void Quantiles_are_linear_between_their_points()
    {
        QuantileTable table = QuantileTable.Of([(0, Ms(5)), (0.5, Ms(9)), (1, Ms(80))]);
        DelayDistribution distribution = DelayDistribution.Empirical(table);
        distribution.Sample(0).ShouldBe(Ms(5));
        distribution.Sample(0.25).ShouldBe(Ms(7));
        distribution.Sample(0.5).ShouldBe(Ms(9));
        distribution.Sample(0.75).ShouldBe(Ms(44.5));
        distribution.Mean.ShouldBe(Ms((0.5 * 7) + (0.5 * 44.5)));
        double[] drawn = Drawn(distribution);
        drawn.Average().ShouldBe(25.75, 5 * Deviation(drawn) / Math.Sqrt(Messages));
        Deviation(drawn).ShouldBe(table.DeviationNanoseconds / 1e6, 0.02 * Deviation(drawn));
    }

    [Fact]
    public void A_sample_is_drawn_as_it_was_measured()
    {
        Duration[] sample = [Ms(30), Ms(10), Ms(20), Ms(20)];
        DelayDistribution distribution = DelayDistribution.Empirical(QuantileTable.OfSample(sample));
        distribution.Sample(0).ShouldBe(Ms(10));
        distribution.Sample(1.0 / 3).ShouldBe(Ms(20));
        distribution.Sample(2.0 / 3).ShouldBe(Ms(20));
        distribution.Sample(1 - 1e-12).TotalMilliseconds.ShouldBe(30, 1e-6);
        QuantileTable.OfSample([Ms(7)]).At(0.3).ShouldBe(7e6);
        QuantileTable.OfSample(sample).ShouldBe(QuantileTable.OfSample(sample.Reverse()));
    }

    [Theory]
    [InlineData("quantiles run from 0% to 100%", 0.1, 1.0, 5, 6)]
    [InlineData("quantiles run from 0% to 100%", 0.0, 0.9, 5, 6)]
    [InlineData("the values of quantiles do not fall from one to the next", 0.0, 1.0, 6, 5)]
    public void What_is_no_table_is_told(string problem, double from, double to, double low, double high) =>
        QuantileTable.Problem([(from, Ms(low)), (to, Ms(high))]).ShouldBe(problem);

    private static double[] Drawn(DelayDistribution latency, bool overtaking = false)
    {
        LinkInjector injector = Injector(new() { Latency = latency, Reorder = overtaking ? 0.3 : 0 });
        IEnumerable<double> all = Enumerable.Range(0, Messages).Select(i => (injector.Send(0, 1, Key(i), 1, At(i * 1000.0))[0].At - At(i * 1000.0))
            .TotalMilliseconds);
        return [.. all.Where(ms => !overtaking || ms > 0)];
    }

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Average(x => (x - mean) * (x - mean)));
    }

    private static double Autocorrelation(double[] values, int lag)
    {
        double mean = values.Average(), variance = values.Average(x => (x - mean) * (x - mean));
        return Enumerable.Range(0, values.Length - lag).Average(i => (values[i] - mean) * (values[i + lag] - mean)) / variance;
    }
}
