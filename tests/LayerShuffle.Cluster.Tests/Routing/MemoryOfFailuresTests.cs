using System.Text.Json;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Workloads;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests.Routing;

/// <summary>Senders that remember who failed them, and who was slow.</summary>
public sealed class MemoryOfFailuresTests
{
    private const double Healthy = (Layers * 2) + ((Layers + 1) * 5);

    private static readonly RoutingSpec Twice = new() { Replicas = 2, Timeout = Ms(50), Retries = 2 };

    private static FaultSpec Dead(string node, double? untilMs = null) =>
        new CrashFault("outage", default, NodeSelector.Of(node), untilMs is { } ms ? Ms(ms) : null);

    [Theory]
    [InlineData(CopyChoice.First, true)]
    [InlineData(CopyChoice.Fastest, false)]
    [InlineData(CopyChoice.Fastest, true)]
    public void With_every_layer_twice_a_dead_node_costs_the_first_requests_only(CopyChoice copies, bool avoids)
    {
        RoutingSpec routing = Twice with { Copies = copies, Avoid = avoids ? new AvoidSpec(1, Ms(1000)) : null };
        double Median(RoutingSpec routing, params FaultSpec[] faults) => Run(Spec(Link(5), routing, requests: 200, nodes: 7, faults: faults)).Requests.Skip(9)
            .Select(r => r.Latency!.Value.TotalMilliseconds).Order().ElementAt(95);

        Median(Twice, Dead("node-3")).ShouldBeGreaterThan(1.5 * Healthy); // without a memory
        Median(routing, Dead("node-3")).ShouldBeLessThanOrEqualTo(1.05 * Median(routing));
        TrialRecord trial = Run(Spec(Link(5), routing, requests: 200, nodes: 7, faults: [Dead("node-3")]));
        trial.Requests.ShouldAllBe(r => r.Skipped!.Count == 0);
        trial.Requests[0].Latency!.Value.ShouldBeGreaterThanOrEqualTo(Ms(50)); // somebody has to find out
    }

    [Fact]
    public void It_is_left_alone_for_so_long_and_then_one_hop_tries_it()
    {
        RoutingSpec routing = Twice with { Avoid = new(1, Ms(1000)) };
        TrialRecord trial = Run(Spec(Link(5), routing, requests: 400, nodes: 7, concurrency: 3, faults: [Dead("node-3", 2500)]));
        double[] sent = [.. trial.Hops.Where(h => h is { To: "node-3", From: "node-2" }).Select(h => h.Sent.TotalMilliseconds)];
        // Three requests were on their way there before the first timeout; then one hop a second, until it is back.
        double[] early = [.. sent.Where(ms => ms < 60)], tries = [.. sent.Where(ms => ms is > 60 and < 2500)];
        early.Length.ShouldBe(3);
        tries.Length.ShouldBe(2);
        tries[0].ShouldBeInRange(early[0] + 50 + 1000, early[0] + 50 + 1000 + Healthy);
        tries[1].ShouldBeInRange(tries[0] + 50 + 1000, tries[0] + 50 + 1000 + Healthy);
        sent.Count(ms => ms > 2500).ShouldBeGreaterThan(20); // back, and known to be
    }

    [Fact]
    public void Where_no_copy_is_left_a_layer_is_given_up_at_once()
    {
        var routing = new RoutingSpec { Timeout = Ms(50), Retries = 1, Avoid = new(2, Ms(10_000)) };
        TrialRecord trial = Run(Spec(Link(5), routing, requests: 20, faults: [Dead("node-3")]));
        const double Without = ((Layers - 1) * 2) + (Layers * 5);
        trial.Requests[0].Latency.ShouldBe(Ms(Without + 100));
        trial.Requests.Skip(1).ShouldAllBe(r => r.Latency == Ms(Without) && r.Skipped!.SequenceEqual(new[] { 2 }));
        Run(Spec(Link(5), routing with { OnFailure = OnFailure.Fail }, requests: 20, faults: [Dead("node-3")])).Requests
            .ShouldAllBe(r => r.Outcome == RequestOutcome.Failed);
    }

    [Fact]
    public void Who_waits_sends_nothing_until_one_hop_may_try()
    {
        var routing = new RoutingSpec { Timeout = Ms(50), OnFailure = OnFailure.Wait, Avoid = new(1, Ms(300)) };
        TrialRecord trial = Run(Spec(Link(5), routing, requests: 1, faults: [Dead("node-3", 900)]));
        // Sent at 14 ms, timed out at 64: tried every 350 ms, the third time when it is back.
        trial.Hops.Where(h => h.To == "node-3").Select(h => h.Sent.TotalMilliseconds).ShouldBe([14, 364, 714, 1064]);
        trial.Requests[0].Latency.ShouldBe(Ms(Healthy + 1050));
        trial.Requests[0].Retries.ShouldBe(3);
    }

    [Fact]
    public void An_endpoint_that_crashes_forgets()
    {
        RoutingSpec routing = Twice with { Avoid = new(1, Ms(60_000)) };
        FaultSpec forgetful = new CrashFault("sender", Ms(1000), NodeSelector.Of("node-2"), Ms(100));
        var arrivals = new ArrivalSpec(ArrivalKind.Uniform, 0, 2.5); // nobody sends to it while it is down
        TrialRecord trial = Run(Spec(Link(5), routing, requests: 20, nodes: 7, arrivals: arrivals, faults: [Dead("node-3"), forgetful]));
        double[] sent = [.. trial.Hops.Where(h => h is { To: "node-3", From: "node-2" }).Select(h => h.Sent.TotalMilliseconds)];
        sent.Length.ShouldBe(2);
        sent[0].ShouldBeLessThan(50);
        sent[1].ShouldBeGreaterThan(1100);
    }

    [Fact]
    public void A_random_copy_is_each_equally_often_and_the_same_in_every_run()
    {
        TrialRecord trial = Run(Spec(Link(5), Twice with { Copies = CopyChoice.Random }, requests: 2000, nodes: 12));
        (string To, int Layer)[] chosen = [.. trial.Hops.Where(h => h.Layer is not null).Select(h => (h.To, h.Layer!.Value))];
        foreach (IGrouping<int, (string To, int Layer)> layer in chosen.GroupBy(hop => hop.Layer))
            ((double)layer.Count(hop => hop.To == $"node-{layer.Key + 1}")).ShouldBe(1000, 3.3 * Math.Sqrt(2000 / 4.0));
        Run(Spec(Link(5), Twice with { Copies = CopyChoice.Random }, requests: 2000, nodes: 12)).Hops
            .Where(h => h.Layer is not null).Select(h => (h.To, h.Layer!.Value)).ShouldBe(chosen);
    }

    [Theory]
    [InlineData(CopyChoice.Fastest, OrderKind.Sequential)]
    [InlineData(CopyChoice.Fastest, OrderKind.Opportunistic)]
    public void A_straggler_is_left_to_those_who_do_not_look(CopyChoice copies, OrderKind order)
    {
        // A request every 50 ms, and a node that takes 200 ms for what others do in 2: its queue grows by a request's 150 ms for ever.
        var arrivals = new ArrivalSpec(ArrivalKind.Uniform, 0, 20);
        FaultSpec straggler = new SlowdownFault("straggler", default, NodeSelector.Of("node-2"), 100, null);
        TrialRecord Of(RoutingSpec routing) => Run(Spec(Link(5), routing, requests: 100, nodes: 12, arrivals: arrivals, faults: [straggler]));
        TrialRecord fixedOrder = Of(Twice with { Timeout = Ms(5000) }), looking = Of(Twice with { Timeout = Ms(5000), Copies = copies, Order = order });
        for (int k = 0; k < 100; k++)
            fixedOrder.Requests[k].Latency.ShouldBe(Ms(Healthy + 198 + (k * 150)));
        double[] latencies = [.. looking.Requests.Select(r => r.Latency!.Value.TotalMilliseconds)];
        latencies.Order().ElementAt(50).ShouldBeLessThanOrEqualTo(1.05 * Healthy);
        // Some found out: each sender for itself, and in an opportunistic order there are more of them.
        latencies.Average().ShouldBeLessThan(fixedOrder.Requests.Average(r => r.Latency!.Value.TotalMilliseconds) / (order == OrderKind.Sequential ? 40 : 10));
        latencies.Skip(50).Order().ElementAt(45).ShouldBeLessThanOrEqualTo(1.05 * Healthy);
        JsonSerializer.Serialize(Of(Twice with { Timeout = Ms(5000), Copies = copies, Order = order })).ShouldBe(JsonSerializer.Serialize(looking));
    }

    [Fact]
    public void Opportunistic_orders_spread_what_comes_at_once()
    {
        TrialRecord Of(OrderKind order) => Run(Spec(Link(5), new RoutingSpec { Timeout = Ms(5000), Order = order }, 20, requests: Layers, concurrency: Layers));
        const double Alone = (Layers * 20) + ((Layers + 1) * 5);
        Of(OrderKind.Sequential).Requests.Select(r => r.Latency!.Value.TotalMilliseconds).Order()
            .ShouldBe(Enumerable.Range(0, Layers).Select(k => Alone + (k * 20)));
        TrialRecord spread = Of(OrderKind.Opportunistic);
        spread.Requests.ShouldAllBe(r => r.Latency == Ms(Alone));
        spread.Requests.ShouldAllBe(r => r.Order!.Order().SequenceEqual(Enumerable.Range(0, Layers)));
    }

    [Fact]
    public void Opportunistic_orders_keep_pins_and_are_ascending_where_nothing_is_seen_to_differ()
    {
        var routing = new RoutingSpec { Order = OrderKind.Opportunistic, Pin = new(1, 2), Timeout = Ms(50), Retries = 0 };
        Run(Spec(Link(5), routing, requests: 1)).Requests[0].Order.ShouldBe([0, 1, 2, 3, 4, 5]);
        TrialRecord trial = Run(Spec(Link(5, 0.2), routing with { OnFailure = OnFailure.Wait }, requests: 100, concurrency: 6));
        trial.Requests.ShouldAllBe(r => r.Order![0] == 0 && r.Order[4] == 4 && r.Order[5] == 5);
        trial.Requests.Select(r => string.Join(' ', r.Order!)).Distinct().Count().ShouldBeGreaterThan(3);
    }
}
