using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Faults;

/// <summary>Nodes that fail and are repaired by themselves, and nodes that follow a trace.</summary>
public sealed class ChurnTests
{
    private static readonly NodeSelector All = new(null, true, null, null);
    private static readonly Topology Racks = new([.. Enumerable.Range(1, 6).Select(k => $"node-{k}")],
        [new("rack-1", ["node-1", "node-2"]), new("rack-2", ["node-3", "node-4"]), new("rack-3", ["node-5", "node-6"])]);

    /// <summary>Availability is MTTF ÷ (MTTF + MTTR), whatever the distribution: 20 ÷ 25.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(0.7)]
    [InlineData(3)]
    public void Availability_is_the_time_to_failure_over_both(double shape) =>
        Availability(new ChurnFault("churn", default, All, Ms(20), Ms(5), shape, null), Topology(4), 200_000).ShouldBe(0.8, 0.01);

    [Fact]
    public void Domains_fail_as_one_with_the_same_availability()
    {
        var churn = new ChurnFault("churn", default, All with { All = false, Domains = ["all"] }, Ms(20), Ms(5), 1, null);
        Availability(churn, Racks, 200_000).ShouldBe(0.8, 0.015);
        FaultEvent[] some = [.. FaultTimeline.Events([churn], Racks, Seed).Take(500)];
        some.ShouldAllBe(item => item.Targets.Count == 2 && item.Targets[1] == item.Targets[0] + 1);
        some.Select(item => item.Targets[0]).Distinct().Count().ShouldBe(3);
    }

    [Theory]
    [InlineData(1, 1)] // exponential: the deviation is the mean
    [InlineData(2, 0.5227)] // Weibull: √(Γ(1 + 2/k) ÷ Γ(1 + 1/k)² − 1)
    [InlineData(0.5, 2.2361)]
    public void Times_to_failure_have_the_mean_and_deviation_of_their_distribution(double shape, double deviation)
    {
        var churn = new ChurnFault("churn", default, NodeSelector.Of("node-1"), Ms(20), Duration.FromSeconds(1e-9), shape, null);
        double[] begins = [.. FaultTimeline.Events([churn], Topology(1), Seed).Where(item => item.Begins).Take(60_000)
            .Select(item => item.At.TotalMilliseconds)];
        double[] times = [.. begins.Skip(1).Zip(begins, (next, at) => next - at)];
        double mean = times.Average();
        mean.ShouldBe(20, 20 * deviation * 0.02);
        Math.Sqrt(times.Average(time => (time - mean) * (time - mean))).ShouldBe(20 * deviation, 20 * deviation * 0.06);
    }

    [Fact]
    public void Weibull_is_its_distribution_function()
    {
        foreach (double shape in (double[])[0.5, 1, 1.5, 4])
        {
            double scale = 7 / Weibull.Gamma(1 + 1 / shape);
            foreach (double share in (double[])[0, 0.01, 0.5, 0.9, 0.999])
                (1 - Math.Exp(-Math.Pow(Weibull.Quantile(7, shape, share) / scale, shape))).ShouldBe(share, 1e-12);
        }

        Weibull.Gamma(5).ShouldBe(24, 1e-11);
        Weibull.Gamma(1.5).ShouldBe(Math.Sqrt(Math.PI) / 2, 1e-13);
        Weibull.Gamma(11).ShouldBe(3_628_800, 1e-5);
    }

    [Fact]
    public void Each_node_has_luck_of_its_own_that_others_leave_alone()
    {
        ChurnFault churn = new("churn", default, NodeSelector.Of("node-2"), Ms(20), Ms(5), 1, null);
        Instant[] alone = [.. FaultTimeline.Events([churn], Topology(4), Seed).Take(40).Select(item => item.At)];
        FaultTimeline.Events([churn with { Nodes = All }], Topology(4), Seed).Where(item => item.Targets[0] == 2).Take(40)
            .Select(item => item.At).ShouldBe(alone);
        FaultTimeline.Events([churn with { Nodes = NodeSelector.Of("node-3") }], Topology(4), Seed).First().At.ShouldNotBe(alone[0]);
    }

    [Fact]
    public void At_its_end_everybody_comes_back_and_nothing_follows()
    {
        var churn = new ChurnFault("churn", Ms(10), All, Ms(20), Ms(50), 1, Ms(100));
        IReadOnlyList<FaultEvent> events = FaultTimeline.Build([churn], Topology(8), Seed);
        events.ShouldAllBe(item => item.At > At(10) && item.At <= At(110));
        events.GroupBy(item => item.Targets[0])
            .ShouldAllBe(node => node.Select((item, i) => item.Begins == (i % 2 == 0)).All(right => right) && !node.Last().Begins);
        events[^1].At.ShouldBe(At(110));
        FaultTimeline.IsEndless(churn, [churn]).ShouldBeFalse();
    }

    [Fact]
    public void A_trace_takes_its_nodes_down_and_up()
    {
        NodeTrace trace = new([new(null, 0, Ms(0), Ms(30)), new(null, 1, Ms(10), Ms(20)), new(null, 1, Ms(40), null)], 2);
        Told(new TraceFault("spot", Ms(5), All, trace, null)).ShouldBe(["5 1 +", "5 3 +", "15 2 +", "25 2 -", "35 1 -", "45 2 +"]);
        Told(new TraceFault("spot", Ms(5), All, trace, Ms(38))).ShouldBe(["5 1 +", "5 3 +", "15 2 +", "25 2 -", "35 1 -", "43 3 -"]);
    }

    [Fact]
    public void A_trace_names_nodes_or_means_all()
    {
        Told(new TraceFault("spot", default, All, new([new("node-2", 0, Ms(1), Ms(2))], null), null)).ShouldBe(["1 2 +", "2 2 -"]);
        Told(new TraceFault("zone", default, NodeSelector.Of("node-1", "node-3"), new([new(null, TraceOutage.Everywhere, Ms(1), Ms(2))], null), null))
            .ShouldBe(["1 1 3 +", "2 1 3 -"]);
    }

    [Fact]
    public void Up_time_is_counted_from_what_happened()
    {
        var uptime = new NodeUptime(2);
        uptime.Share(Instant.Zero).ShouldBeNull();
        uptime.Share(At(10)).ShouldBe(1);
        uptime.Down(1, At(2));
        uptime.Down(1, At(3)); // was down already
        uptime.Up(1, At(4));
        uptime.Up(1, At(5));
        uptime.Down(2, At(6));
        uptime.Share(At(10)).ShouldBe((0.8 + 0.6) / 2);
    }

    private static IEnumerable<string> Told(FaultSpec fault) => FaultTimeline.Build([fault], Topology(3), Seed)
        .Select(item => FormattableString.Invariant($"{item.At.TotalMilliseconds} {string.Join(' ', item.Targets)} {(item.Begins ? "+" : "-")}"));

    private static double Availability(FaultSpec fault, Topology topology, double ms)
    {
        var uptime = new NodeUptime(topology.Count - 1);
        foreach (FaultEvent item in FaultTimeline.Events([fault], topology, Seed).TakeWhile(item => item.At < At(ms)))
        {
            foreach (int node in item.Targets)
            {
                if (item.Begins)
                    uptime.Down(node, item.At);
                else
                    uptime.Up(node, item.At);
            }
        }

        return uptime.Share(At(ms))!.Value;
    }
}
