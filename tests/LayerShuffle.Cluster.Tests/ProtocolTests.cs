using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Corners of the hop protocol, worked out by hand.</summary>
public class ProtocolTests
{
    private static readonly RoutingSpec Patient = new() { OnFailure = OnFailure.Skip, Retries = 0, Timeout = Ms(5000) };

    [Fact]
    public void Luck_of_acknowledgements_does_not_depend_on_what_else_is_underway()
    {
        LinkConditions jitter = Link(0) with { Latency = new DelayDistribution(DelayKind.Exponential, Ms(5), default, default, null) };
        Dictionary<(int, string, string, int?), Duration> Waits(int concurrency) =>
            Run(Spec(jitter, Patient, 0, 30, concurrency: concurrency)).Hops.Where(h => h is { Acked: not null, Delivered: not null })
                .ToDictionary(h => (h.Request, h.From, h.To, h.Layer), h => h.Acked!.Value - h.Delivered!.Value);

        Dictionary<(int, string, string, int?), Duration> alone = Waits(1), crowded = Waits(6);
        int compared = 0;
        foreach (((int, string, string, int?) hop, Duration wait) in crowded.Where(hop => alone.ContainsKey(hop.Key)))
        {
            wait.ShouldBe(alone[hop], hop.ToString());
            compared++;
        }

        compared.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void A_late_word_from_a_dead_incarnation_does_not_cut_short_the_resend()
    {
        // node-2 has the hop at 20 and dies at 21; its acknowledgement takes until 72. The resend of 65 reaches its next incarnation at 70, which acknowledges
        // at 75.
        var slow = new LinkFault("slow", default, ["node-2"], ["node-1"], new LinkPatch { Latency = DelayDistribution.Constant(Ms(52)) }, Ms(40));
        var blip = new CrashFault("blip", Ms(21), NodeSelector.Of("node-2"), Ms(1));
        RoutingSpec routing = new() { OnFailure = OnFailure.Skip, Retries = 1, Timeout = Ms(50), Detection = Ms(10) };
        TrialRecord trial = Run(Spec(Link(5), routing, 10, 1, faults: [slow, blip]));
        RequestRecord request = trial.Requests.ShouldHaveSingleItem();
        request.Skipped.ShouldBeEmpty();
        request.Retries.ShouldBe(1);
        request.Latency.ShouldBe(Ms(70 + 10 + 4 * (5 + 10) + 5));
        trial.Retries.ShouldBe(1);
        trial.ResultsSuperseded.ShouldBe(0);
    }

    [Fact]
    public void A_late_result_and_its_duplicate_are_one_superseded_result()
    {
        // Request 0 misses its deadline by 1 ms; its result comes twice while request 1 is underway.
        double exact = Layers * 2 + (Layers + 1) * 5;
        TrialSpec spec = Spec(Link(5), Patient, requests: 2, deadlineMs: exact - 1);
        TrialRecord trial = Run(spec with
        {
            Network =
            spec.Network with { Links = [new LinkException("all", "coordinator", new LinkPatch { Duplicate = 1 })] }
        });
        trial.Requests.ShouldAllBe(r => r.Outcome == RequestOutcome.DeadlineExceeded);
        trial.ResultsSuperseded.ShouldBe(1);
    }

    [Fact]
    public void A_detection_names_the_fault_that_ended_that_incarnation()
    {
        // Dead of `first` from 25 to 35, of `second` from 40: what its custodian learns of at 75 is the first death.
        TrialRecord trial = Run(Spec(Link(5), new RoutingSpec { Retries = 1, Timeout = Ms(50) }, 10, 1, faults:
        [
            new CrashFault("first", Ms(25), NodeSelector.Of("node-2"), Ms(10)),
            new CrashFault("second", Ms(40), NodeSelector.Of("node-2"), null),
        ]));
        LedgerEntry detected = trial.Ledger.First(e => e.Effect == "detected_down");
        (detected.Time.TotalMilliseconds, detected.Fault).ShouldBe((75, "first"));
    }

    [Fact]
    public void The_trace_tells_apart_two_replicas_that_send_the_same_hop()
    {
        // One layer, copies on node-1 (10 ms) and node-2 (4 ms). Attempt 0 is acknowledged at 10, but at 8 the second copy has been asked already:
        // node-1 sends its result at 15, node-2 at 17, and the first arrives at 20, which ends the trial.
        TrialSpec spec = Spec(Link(5), new RoutingSpec { Replicas = 2, Retries = 1, Timeout = Ms(8) }, requests: 1, nodes: 2);
        NodeSpec[] nodes =
            [.. spec.Cluster.Nodes.Select((node, i) => node with { ComputeTime = new(DelayDistribution.Constant(Ms(i == 0 ? 10 : 4)), default) })];
        using var system = new VirtualActorSystem();
        TrialRecord trial = Runner(system).Run(spec with { Cluster = spec.Cluster with { Nodes = nodes } }, new SizesOnlyModel(1, Tokens, Hidden), 1000);
        trial.Requests[0].Latency.ShouldBe(Ms(20));
        trial.Hops.Where(h => h.To == "coordinator").Select(h => (h.From, h.Sent.TotalMilliseconds, h.Delivered?.TotalMilliseconds))
            .ShouldBe([("node-1", 15, 20), ("node-2", 17, null)]);
        trial.Retries.ShouldBe(1);
    }

    [Fact]
    public void A_retry_that_falls_to_a_copy_on_the_sender_needs_no_link()
    {
        // Layers 0 and 1 on two nodes each: layer 1's copies are node-2 and node-1. node-2 is dead, so node-1 runs layer 1 itself after one timeout.
        TrialSpec spec = Spec(
            Link(5), new RoutingSpec { Replicas = 2, Retries = 1, Timeout = Ms(50) }, requests: 1, nodes: 2,
            faults: [new CrashFault("outage", default, NodeSelector.Of("node-2"), null)]);
        var placement = new PlacementSpec(PlacementKind.Explicit, new Dictionary<string, IReadOnlyList<int>> { ["node-1"] = [0], ["node-2"] = [1] });
        using var system = new VirtualActorSystem();
        TrialRecord trial = Runner(system).Run(
            spec with { Cluster = spec.Cluster with { Placement = placement } }, new SizesOnlyModel(2, Tokens, Hidden), 1000);
        RequestRecord request = trial.Requests.ShouldHaveSingleItem();
        request.Order.ShouldBe([0, 1]);
        request.Retries.ShouldBe(1);
        request.Latency.ShouldBe(Ms(5 + 2 + 50 + 2 + 5));
        trial.Links.Sum(l => l.MessagesSent).ShouldBe(3);
    }
}
