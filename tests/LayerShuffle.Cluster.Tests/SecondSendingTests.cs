using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Hops that are sent again after a crash, on another branch, or for a request that has its outcome. Hops of 5 ms, layers of 10 ms, by hand.</summary>
public class SecondSendingTests
{
    private static readonly RoutingSpec Retry = new() { Retries = 1, Timeout = Ms(50) };

    [Fact]
    public void What_a_node_sends_again_after_a_crash_has_a_row_of_its_own()
    {
        // From node-1 to node-2 it takes 100 ms. node-1 sends hop 1 at 15, dies at 16 and is back at 17; the coordinator learns of it at 66 and sends again:
        // node-1 computes from 71 to 81 and sends hop 1 again
        // while the first is still underway. That one arrives at 115 and is computed; the second, at 181, is acknowledged only.
        TrialSpec spec = Spec(Link(5), Retry with { Timeout = Ms(500), Detection = Ms(50) }, 10, 1,
            faults: [new CrashFault("blip", Ms(16), NodeSelector.Of("node-1"), Ms(1))]);
        TrialRecord trial = Run(spec with
        {
            Network =
            spec.Network with { Links = [new LinkException("node-1", "node-2", new LinkPatch { Latency = DelayDistribution.Constant(Ms(100)) })] }
        });
        trial.Hops.Where(h => h.From == "node-1" && h.To == "node-2").Select(Row).ShouldBe(["15 115 120 115 125 delivered", "81 181 186 - - delivered"]);

        static string Row(HopRecord h) =>
            string.Join(' ',
                new[] { h.Sent, h.Delivered, h.Acked, h.ComputeStart, h.ComputeEnd }
                .Select(t => t?.TotalMilliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-")) + " " + h.Fate;
    }

    [Fact]
    public void What_is_sent_again_by_another_incarnation_has_luck_of_its_own()
    {
        // node-1 dies at 1020 with what the hundred requests left there, and does again for some of them what it did before: half of what it sends on is lost
        // each time.
        TrialSpec spec = Spec(
            Link(5), new RoutingSpec { Retries = 1, Timeout = Ms(200), Detection = Ms(20) }, 10, 100, concurrency: 100, nodes: 6, deadlineMs: 60_000,
                faults: [new CrashFault("blip", Ms(1020), NodeSelector.Of("node-1"), Ms(1))]);
        spec = spec with { Network = spec.Network with { Links = [new LinkException("node-1", "node-2", new LinkPatch { Loss = 0.5 })] } };
        TrialRecord trial = Run(spec);
        var both = trial.Hops.Where(h => h.From == "node-1" && h.To == "node-2" && h.Attempt == 0).GroupBy(h => h.Request).Where(rows => rows.Count() == 2)
            .ToList();
        both.Count.ShouldBeGreaterThan(5);
        both.ShouldContain(rows => rows.First().Fate != rows.Last().Fate, "a second chance is one");
    }

    [Fact]
    public void Another_branch_is_a_second_chance()
    {
        // Layer 0 is lost for ever at a dead node; on the new branch the coordinator sends layer 1 to node-2 itself: another link. From there on the draws
        // would be those of the first branch, were it not for the branch.
        LinkConditions link = Link(5) with { Latency = new DelayDistribution(DelayKind.Uniform, Ms(6), default, Ms(2), Ms(10)) };
        TrialSpec healthy = Spec(link, Retry, 10, 20), broken = healthy with { Faults = [new CrashFault("dead", default, NodeSelector.Of("node-1"), null)] };
        double[] first = Latencies(Run(healthy)), second = Latencies(Run(broken));
        first.Length.ShouldBe(20);
        second.Length.ShouldBe(20);
        first.Zip(second).Count(pair => Math.Abs(pair.First - pair.Second) < 1e-9).ShouldBe(0);

        static double[] Latencies(TrialRecord trial) => [.. trial.Hops.Where(h => h.From == "node-3" && h.Attempt == 0)
            .Select(h => (h.Delivered!.Value - h.Sent).TotalMilliseconds)];
    }

    [Fact]
    public void Compute_times_are_drawn_anew_on_another_branch_and_kept_on_the_first()
    {
        TrialSpec healthy = Spec(Link(5), Retry, 10, 20);
        var jittery = new ComputeTimeSpec(new DelayDistribution(DelayKind.Uniform, Ms(6), default, Ms(2), Ms(10)), default);
        healthy = healthy with { Cluster = healthy.Cluster with { Nodes = [.. healthy.Cluster.Nodes.Select(node => node with { ComputeTime = jittery })] } };
        TrialSpec broken = healthy with { Faults = [new CrashFault("dead", default, NodeSelector.Of("node-3"), null)] };
        TrialRecord whole = Run(healthy), cut = Run(broken);
        Computing(cut, "node-2").ShouldBe(Computing(whole, "node-2")); // before the branch
        Computing(cut, "node-5").Zip(Computing(whole, "node-5")).Count(pair => Math.Abs(pair.First - pair.Second) < 1e-9).ShouldBe(0);

        static double[] Computing(TrialRecord trial, string node) =>
            [.. trial.Hops.Where(h => h.To == node).Select(h => (h.ComputeEnd!.Value - h.ComputeStart!.Value).TotalMilliseconds)];
    }

    [Fact]
    public void The_coordinator_sends_nothing_for_a_request_that_has_its_outcome()
    {
        // Branches thought lost go on at node-1 when it wakes up; the requests have their outcome by then, and the coordinator sends nothing of them again,
        // whatever timers are left.
        TrialRecord trial = Run(Spec(Link(5), new RoutingSpec { Retries = 3, Timeout = Ms(7) }, 10, 40, concurrency: 2, deadlineMs: 400, faults:
        [
            new PauseFault("nap", Ms(1), NodeSelector.Of("node-1"), Ms(300)),
            new CrashFault("late", Ms(350), NodeSelector.Of("node-1", "node-2"), Ms(20)),
        ]));
        foreach (RequestRecord request in trial.Requests)
        {
            var end = request.Submitted + (request.Latency ?? Ms(400));
            trial.Hops.Where(h => h.Request == request.Request && h.From == "coordinator").ShouldAllBe(h => h.Sent <= end);
        }
    }

    [Fact]
    public void Custody_at_the_coordinator_ends_with_the_outcome()
    {
        // One layer on one node, which sends the result at 15 and dies at 17, before the acknowledgement that would have it release the hop. The coordinator
        // has the result at 20 and learns of the death at 67.
        TrialSpec spec = Spec(Link(5), new RoutingSpec { Retries = 3, Timeout = Ms(50) }, 10, requests: 10, nodes: 1,
            faults: [new CrashFault("blip", Ms(17), NodeSelector.Of("node-1"), Ms(1))]);
        using var system = new VirtualActorSystem();
        TrialRecord trial = Runner(system).Run(spec, new SizesOnlyModel(1, Tokens, Hidden), 1000);
        trial.Requests[0].Latency.ShouldBe(Ms(20));
        trial.Hops.Where(h => h.Request == 0 && h.From == "coordinator").ShouldHaveSingleItem();
        trial.Ledger.Select(e => (e.Time.TotalMilliseconds, e.Effect)).ShouldBe([(17, "began"), (18, "restarted"), (67, "detected_down")]);
    }

    [Fact]
    public void A_death_is_detected_whether_or_not_there_was_anything_to_redo()
    {
        TrialRecord trial = Run(Spec(Link(5), Retry, 10, 3, faults: [new CrashFault("dead", Ms(2), NodeSelector.Of("node-6"), null)]));
        trial.Ledger.Select(e => (e.Time.TotalMilliseconds, e.Fault, e.Target, e.Effect))
            .ShouldBe([(2, "dead", "node-6", "began"), (52, "dead", "node-6", "detected_down")]);
    }

    [Fact]
    public void A_garbled_copy_at_a_dead_receiver_is_dropped_there_in_every_book()
    {
        TrialRecord trial = Run(Spec(Link(5) with { Corrupt = 1 }, new RoutingSpec { Retries = 0, Timeout = Ms(50) }, 10, 1,
            faults: [new CrashFault("dead", Ms(1), NodeSelector.Of("node-1"), null)]));
        trial.Hops.First(h => h.To == "node-1").Fate.ShouldBe("receiver_down");
        LinkRecord link = trial.Links.Single(l => l.From == "coordinator" && l.To == "node-1");
        (link.Corrupted, link.DroppedReceiverDown, link.CorruptDrawn).ShouldBe((0, 1, 1));
        LinkRecord other = trial.Links.Single(l => l.From == "coordinator" && l.To == "node-2");
        (other.Corrupted, other.DroppedReceiverDown, other.CorruptDrawn).ShouldBe((1, 0, 1));
    }

    [Theory]
    [InlineData(1e15)]
    [InlineData(1e300)]
    public void A_layer_that_takes_longer_than_a_clock_can_tell_ends_after_every_deadline(double factor)
    {
        TrialRecord trial = Run(Spec(Link(5), Retry, 10, 3, deadlineMs: 500, faults:
        [
            new SlowdownFault("molasses", default, NodeSelector.Of("node-2"), factor, null),
            new SlowdownFault("treacle", default, NodeSelector.Of("node-2"), factor, null),
            new PauseFault("nap", Ms(100), NodeSelector.Of("node-2"), Ms(10)),
        ]));
        trial.Requests.ShouldAllBe(r => r.Outcome == RequestOutcome.DeadlineExceeded);
    }

    [Fact]
    public void A_message_that_outlasts_its_trial_keeps_its_link_busy_to_the_end_and_no_longer()
    {
        TrialRecord trial = Run(Spec(Link(5, bandwidth: 10), Retry, 10, 1, deadlineMs: 500));
        LinkRecord link = trial.Links.First(l => l.MessagesSent > 0);
        link.Busy.ShouldBe(trial.Length);
    }
}
