using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Uplinks and downlinks of nodes in whole trials.</summary>
public sealed class SharedRateTrialTests
{
    private const double Bytes = Tokens * Hidden * 4;
    private static readonly RoutingSpec Patient = new() { OnFailure = OnFailure.Skip, Retries = 0, Timeout = Ms(10_000) };

    [Fact]
    public void Alone_a_request_pays_for_each_uplink_and_each_downlink_once()
    {
        // L hops come to a node, and L leave one: the coordinator has neither.
        double up = Bytes / 400_000 * 1000, down = Bytes / 1_000_000 * 1000;
        TrialRecord trial = Run(Shared(Spec(Link(5), Patient), _ => 400_000, _ => 1_000_000));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms((Layers * 2) + ((Layers + 1) * 5)) + (Duration.FromSeconds(Bytes / 400_000) * (long)Layers)
            + (Duration.FromSeconds(Bytes / 1_000_000) * (long)Layers));
        trial.Hops.Where(hop => hop.Request == 0).Select(hop => (hop.Delivered!.Value - hop.Sent).TotalMilliseconds)
            .ShouldBe([5 + down, .. Enumerable.Repeat(up + 5 + down, Layers - 1), up + 5], 1e-5);
    }

    [Fact]
    public void Two_that_come_at_once_pass_the_downlink_one_after_the_other()
    {
        Duration down = Duration.FromSeconds(Bytes / 1_000_000);
        TrialRecord trial = Run(Shared(Spec(Link(5), Patient, concurrency: 3, requests: 3), _ => null, _ => 1_000_000));
        trial.Hops.Where(hop => hop.Position == 0).Select(hop => hop.Delivered!.Value - hop.Sent)
            .ShouldBe([Ms(5) + down, Ms(5) + (down * 2L), Ms(5) + (down * 3L)]);
    }

    [Fact]
    public void What_waits_for_the_downlink_of_a_node_that_crashes_is_lost_and_the_line_is_free_when_it_is_back()
    {
        // Three come to node-1 at 5 ms and would be through at 5 + k·3.264 ms. It is down from 12 to 14 ms: the third waits then.
        TrialSpec spec = Shared(Spec(Link(5), Patient with { Timeout = Ms(15), Retries = 1 }, concurrency: 3, requests: 3, faults:
            [new CrashFault("outage", Ms(12), NodeSelector.Of("node-1"), Ms(2))]), _ => null, _ => 1_000_000);
        TrialRecord trial = Run(spec);
        HopRecord[] first = [.. trial.Hops.Where(hop => hop.Layer == 0).OrderBy(hop => hop.Attempt).ThenBy(hop => hop.Request)];
        first.Take(3).Select(hop => hop.Fate).ShouldBe(["delivered", "delivered", "receiver_down"]);
        // All are sent again at 15 ms, when their acknowledgements stay out or their custodian learns of the crash, and find the line free.
        Duration down = Duration.FromSeconds(Bytes / 1_000_000);
        first.Skip(3).Where(hop => hop.Delivered is not null).Min(hop => hop.Delivered!.Value - hop.Sent).ShouldBe(Ms(5) + down);
        trial.Links.Single(link => (link.From, link.To) == ("coordinator", "node-1")).DroppedReceiverDown.ShouldBe(1);
        trial.Requests.ShouldAllBe(request => request.Outcome == RequestOutcome.Completed);
    }

    [Fact]
    public void Every_delivery_is_the_one_that_three_queues_in_a_row_give()
    {
        // Recomputed from the rows alone: uplink in the order of sending, link, latency, downlink in the order of arrival.
        TrialSpec spec = Shared(Spec(Link(3, bandwidth: 900_000), Patient, nodes: 3, requests: 400, arrivals: new ArrivalSpec(ArrivalKind.Poisson, 0, 110)),
            node => 1_200_000 + (node * 100_000), node => node == 2 ? null : 1_500_000);
        NodeSpec[] varied = [.. spec.Cluster.Nodes.Select(node =>
            node with { ComputeTime = new(new DelayDistribution(DelayKind.Exponential, Ms(0.7), default, default, null), default) })];
        TrialRecord trial = Run(spec with { Cluster = spec.Cluster with { Nodes = varied } });
        HopRecord[] sent = [.. trial.Hops.Where(hop => hop.Fate == "delivered").OrderBy(hop => hop.Sent)];
        sent.Length.ShouldBeGreaterThan(2000);
        Dictionary<string, NodeSpec> nodes = varied.ToDictionary(node => node.Name);
        Dictionary<string, Instant> uplinks = [], links = [], downlinks = [];
        List<(HopRecord Hop, Instant Arrival)> arrived = [];
        foreach (HopRecord hop in sent)
        {
            Instant at = Pass(uplinks, hop.From, nodes.GetValueOrDefault(hop.From)?.UplinkBytesPerSecond, hop.Sent);
            arrived.Add((hop, Pass(links, hop.From + hop.To, 900_000, at) + Ms(3)));
        }

        int waited = 0;
        foreach ((HopRecord hop, Instant arrival) in arrived.OrderBy(item => item.Arrival))
        {
            Instant expected = Pass(downlinks, hop.To, nodes.GetValueOrDefault(hop.To)?.DownlinkBytesPerSecond, arrival);
            hop.Delivered.ShouldBe(expected, hop.ToString());
            waited += expected - hop.Sent > Ms(3 + 4 + 4 + 4) ? 1 : 0;
        }

        waited.ShouldBeGreaterThan(100, "a schedule without a queue tests nothing");
    }

    private static Instant Pass(Dictionary<string, Instant> lines, string name, double? rate, Instant at) => rate is not { } bytes ? at
        : lines[name] = Instant.Max(at, lines.GetValueOrDefault(name)) + Duration.FromSeconds(Bytes / bytes);

    private static TrialSpec Shared(TrialSpec spec, Func<int, double?> up, Func<int, double?> down) => spec with
    {
        Cluster = spec.Cluster with
        {
            Nodes = [.. spec.Cluster.Nodes.Select((node, i) => node with { UplinkBytesPerSecond = up(i + 1), DownlinkBytesPerSecond = down(i + 1) })],
        },
    };
}
