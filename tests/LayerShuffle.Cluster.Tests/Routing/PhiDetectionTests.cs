using System.Text.Json;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests.Routing;

/// <summary>Senders that find out by heartbeats who has died.</summary>
public class PhiDetectionTests
{
    private static readonly PhiSpec Watchful = new(8, Ms(100), Ms(300), 10, Ms(10));
    private static readonly RoutingSpec Routing = new() { Timeout = Ms(500), Replicas = 2, Phi = Watchful };

    private static TrialSpec Trial(params FaultSpec[] faults) =>
        Spec(Link(5), Routing, 40, requests: 30, nodes: 12, arrivals: new ArrivalSpec(ArrivalKind.Uniform, 0, 10), faults: faults);

    [Fact]
    public void A_death_is_known_so_long_after_the_last_heartbeat()
    {
        // Node-2 sends its first hop to node-3 at 90 ms, asks from then on every 100 ms and is answered 10 ms later: for the last time at 2100 ms, as node-3
        // dies at 2110 while it computes for request 20. Ten intervals of 100 ms, which are taken to vary by 10 ms: y(1.5976 + 0.070566 y²) = ln(10^8 − 1).
        double p = 1.5976 / 0.070566, q = Math.Log(1e8 - 1) / 0.070566, root = Math.Sqrt((q * q / 4) + (p * p * p / 27));
        double known = 2100 + 100 + 300 + (10 * (Math.Cbrt((q / 2) + root) + Math.Cbrt((q / 2) - root)));

        TrialRecord trial = Run(Trial(new CrashFault("outage", Ms(2110), NodeSelector.Of("node-3"), null)));
        trial.Ledger.Single(row => row.Effect == FaultEffects.DetectedDown).Time.TotalMilliseconds.ShouldBe(known, 1e-5);
        HopRecord again = trial.Hops.First(hop => hop is { Request: 20, Layer: 2, Attempt: 1 });
        again.Sent.TotalMilliseconds.ShouldBe(known, 1e-5);
        again.To.ShouldBe("node-9");
        trial.Requests.ShouldAllBe(r => r.Outcome == RequestOutcome.Completed && r.Skipped!.Count == 0);
    }

    [Fact]
    public void A_node_that_is_back_at_once_is_noticed_by_its_next_answer()
    {
        TrialRecord trial = Run(Trial(new CrashFault("blip", Ms(2110), NodeSelector.Of("node-3"), Ms(20))));
        // asked at 2190, answered by another incarnation at 2200
        trial.Ledger.Single(row => row.Effect == FaultEffects.DetectedDown).Time.ShouldBe(Core.Time.Instant.Zero + Ms(2200));
    }

    [Fact]
    public void Who_is_only_cut_off_is_suspected_and_believed_again()
    {
        TrialRecord trial = Run(Trial(new PartitionFault("cut", Ms(1000), [["node-2"], ["node-3"]], Ms(900))));
        trial.Ledger.Where(row => row.Kind == "detection").Select(row => (row.Target, row.Effect)).ShouldBe([("node-3", FaultEffects.Suspected)]);
        trial.Requests.ShouldAllBe(r => r.Outcome == RequestOutcome.Completed && r.Skipped!.Count == 0);
        trial.Hops.Where(hop => hop is { Layer: 2, To: "node-3" } && hop.Sent > Core.Time.Instant.Zero + Ms(2100))
            .ShouldAllBe(hop => hop.Attempt == 0 && hop.Acked != null);
    }

    [Fact]
    public void Heartbeats_are_nobody_elses_luck()
    {
        var latency = new Core.Distributions.DelayDistribution(Core.Distributions.DelayKind.Normal, Ms(5), Ms(1), default, null);
        TrialSpec spec = Trial() with { Network = new(Link(5, 0.1) with { Latency = latency }, []) };
        TrialRecord with = Run(spec), without = Run(spec with { Routing = Routing with { Phi = null } });
        JsonSerializer.Serialize(with.Requests).ShouldBe(JsonSerializer.Serialize(without.Requests));
        JsonSerializer.Serialize(with.Hops).ShouldBe(JsonSerializer.Serialize(without.Hops));
        with.Links.Sum(link => link.ControlMessages).ShouldBeGreaterThan(without.Links.Sum(link => link.ControlMessages) + 100);
    }
}
