using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests.Routing;

/// <summary>A second copy of a hop before the first is overdue: by hand, the minimum of two latencies.</summary>
public class HedgeTests
{
    private const double Healthy = (Layers * 2) + ((Layers + 1) * 5);

    private static readonly RoutingSpec Hedged = new() { Replicas = 2, Timeout = Ms(500), Retries = 1, Hedge = new(Ms(20)) };

    private static LinkFault Slow(string to, double latencyMs, string from) =>
        new("slow", default, [from], [to], new LinkPatch { Latency = DelayDistribution.Constant(Ms(latencyMs)) }, null);

    [Theory]
    [InlineData(12, 12)] // acknowledged after 17 ms: no second copy
    [InlineData(16, 16)] // after 21: there is one, and the first arrives before it
    [InlineData(24, 24)] // 24 < 20 + 5: the first wins
    [InlineData(26, 25)] // the second wins
    [InlineData(300, 25)]
    public void A_hop_takes_the_less_of_two_latencies(double first, double taken)
    {
        // What goes to node-3, which has the first copy of layer 2, is slow; the second copy is on node-9.
        TrialRecord trial = Run(Spec(Link(5), Hedged, nodes: 12, requests: 1, faults: [Slow("node-3", first, "node-2")]));
        trial.Requests[0].Latency.ShouldBe(Ms(Healthy - 5 + taken));
        trial.Requests[0].Skipped.ShouldBeEmpty();
        int second = first > 15 ? 1 : 0;
        (trial.Retries, trial.Hedges).ShouldBe((second, second));
        trial.Requests[0].Hedges.ShouldBe(first > 25 ? 1 : 0); // on the way of the result: where the second copy was there first
        HopRecord[] copies = [.. trial.Hops.Where(hop => hop.Layer == 2).OrderBy(hop => hop.Attempt)];
        copies.Length.ShouldBe(1 + second);
        if (second == 1)
            (copies[1].Sent - copies[0].Sent).ShouldBe(Ms(20));
    }

    [Fact]
    public void Where_there_is_one_copy_the_same_node_gets_a_second_one_with_luck_of_its_own()
    {
        const double p = 0.2;
        TrialRecord trial = Run(Spec(Link(5, p), new RoutingSpec { Timeout = Ms(500), Retries = 0, Hedge = new(Ms(20)) }, requests: 600));
        trial.Requests.ShouldAllBe(r => r.Outcome == RequestOutcome.Completed);
        // Skipped where both are lost; of those that were not skipped, each lost one costs 20 ms, and a result that was lost twice the timeout.
        double skipped = trial.Requests.Sum(r => r.Skipped!.Count) / (600.0 * Layers);
        skipped.ShouldBe(p * p, 3.3 * Math.Sqrt(p * p / (600 * Layers)));
        foreach (RequestRecord request in trial.Requests.Where(r => r.Skipped!.Count == 0 && r.Latency < Ms(400)))
            request.Latency.ShouldBe(Ms(Healthy + (20 * request.Hedges!.Value)));
    }

    [Fact]
    public void Both_replicas_may_execute_a_hop_and_the_request_has_one_result()
    {
        // Acknowledgements of node-3 are slow: the hop arrives, is computed, and a second copy is sent all the same.
        TrialRecord trial = Run(Spec(Link(5), Hedged, nodes: 12, requests: 30, faults: [Slow("node-2", 40, "node-3")]));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms(Healthy) && r.Skipped!.Count == 0);
        trial.Hops.Count(hop => hop.Layer == 2 && hop.ComputeEnd is not null).ShouldBe(60);
        trial.Hops.Count(hop => hop.Layer == 3 && hop.ComputeEnd is not null).ShouldBe(30); // the next node executes the hop id once
        trial.ResultsSuperseded.ShouldBe(0);
        (trial.Retries, trial.Hedges).ShouldBe((30, 30));
        trial.Requests.ShouldAllBe(r => r.Hedges == 0); // the first copies brought the results
    }

    [Fact]
    public void A_second_copy_uses_up_no_retry()
    {
        // Both copies of layer 2 are dead: two attempts that count, and one second copy.
        FaultSpec dead = new CrashFault("outage", default, NodeSelector.Of("node-3", "node-4"), null);
        RoutingSpec routing = Hedged with { Timeout = Ms(50) };
        TrialRecord trial = Run(Spec(Link(5), routing, nodes: 8, requests: 1, faults: [dead]) with { Cluster = Placed() });
        HopRecord[] tries = [.. trial.Hops.Where(hop => hop.Layer == 2)];
        tries.Select(hop => hop.Attempt).ShouldBe([0, 1, 2]);
        tries.Select(hop => (hop.Sent - tries[0].Sent).TotalMilliseconds).ShouldBe([0, 20, 50]);
        (trial.Retries, trial.Hedges).ShouldBe((2, 1));
        (trial.Requests[0].Retries, trial.Requests[0].Hedges).ShouldBe((2, 1));
        trial.Requests[0].Skipped.ShouldBe([2]);
        trial.Requests[0].Latency.ShouldBe(Ms(Healthy - 2 - 5 + 100));
    }

    [Fact]
    public void A_quantile_is_of_what_the_sender_saw_of_that_node()
    {
        // One in ten messages is late by far more than the others: nobody sends a second copy before twenty acknowledgements, then one hop in twenty gets one.
        var latency = new DelayDistribution(DelayKind.Uniform, default, default, Ms(4), Ms(6));
        RoutingSpec routing = Hedged with { Replicas = 1, Hedge = new(null, 0.95) };
        TrialRecord trial = Run(Spec(Link(5) with { Latency = latency }, routing, requests: 2000, concurrency: 2));
        HopRecord[] second = [.. trial.Hops.Where(hop => hop.Attempt > 0)];
        second.ShouldAllBe(hop => hop.Request >= 19);
        int hops = trial.Hops.Count(hop => hop.Attempt == 0 && hop.Request >= 20);
        (second.Length / (double)hops).ShouldBe(0.05, 0.006);
        // What is sent a second time is sent after the 95th percentile of a sum of two uniform times: 10 + 2 − √(8 · 0.05) ms.
        foreach (IGrouping<(int, int), HopRecord> hop in trial.Hops.Where(h => h.Request > 1000).GroupBy(h => (h.Request, h.Position))
            .Where(attempts => attempts.Count() > 1))
            (hop.Last().Sent - hop.First().Sent).TotalMilliseconds.ShouldBe(12 - Math.Sqrt(0.4), 0.12);
    }

    [Fact]
    public void Two_nodes_by_hand()
    {
        // What the coordinator sends to node-1 takes 100 ms. Each layer is on both nodes, so that 20 ms later a second copy goes to node-2, and is there
        // first. All other hops are acknowledged after 10 ms; so are those to which the late first copy leads, which node-2 executes no second time.
        RoutingSpec routing = new() { Replicas = 2, Timeout = Ms(500), Retries = 1, Hedge = new(Ms(20)) };
        TrialRecord trial = Run(Spec(Link(5), routing, nodes: 2, requests: 3, faults: [Slow("node-1", 100, "coordinator")]));
        (trial.Retries, trial.Hedges).ShouldBe((3, 3));
        trial.Requests.ShouldAllBe(request => request.Retries == 1 && request.Hedges == 1 && request.Skipped!.Count == 0);
        HopRecord[] second = [.. trial.Hops.Where(hop => hop.Attempt == 1)];
        second.Select(hop => (hop.From, hop.To, hop.Layer)).Distinct().ShouldBe([("coordinator", "node-2", 0)]);
        foreach (HopRecord hop in second)
            (hop.Sent - trial.Requests[hop.Request].Submitted).ShouldBe(Ms(20));
    }

    [Fact]
    public void Without_hedging_nothing_counts_as_a_second_copy()
    {
        TrialRecord trial = Run(Spec(Link(5, 0.2), Hedged with { Hedge = null, Timeout = Ms(20) }, nodes: 12, requests: 50));
        trial.Retries.ShouldBeGreaterThan(50);
        trial.Hedges.ShouldBe(0);
        trial.Requests.ShouldAllBe(request => request.Hedges == 0);
    }

    private static Core.Clusters.ClusterSpec Placed()
    {
        Core.Clusters.ClusterSpec cluster = Spec(Link(5), Hedged, nodes: 8).Cluster;
        Dictionary<string, IReadOnlyList<int>> layers = new()
        {
            ["node-1"] = [0],
            ["node-2"] = [1],
            ["node-3"] = [2],
            ["node-4"] = [2],
            ["node-5"] = [3, 0],
            ["node-6"] = [4, 1, 3],
            ["node-7"] = [5, 4],
            ["node-8"] = [5],
        };
        return cluster with { Placement = new(Core.Clusters.PlacementKind.Explicit, layers) };
    }
}
