using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

public class CustodyTests
{
    private static readonly RoutingSpec Skip0 = new() { OnFailure = OnFailure.Skip, Retries = 0, Timeout = Ms(50) };

    [Fact]
    public void A_request_whose_holder_crashed_goes_on_from_its_custodian()
    {
        // Hops of 5 ms, layers of 10 ms: node-2 has the activation from t = 20 to 30; it dies at 25, its custodian node-1 learns of it 50 ms later and skips
        // the layer.
        TrialRecord trial = Run(Spec(Link(5), Skip0, 10, 1, faults: [new CrashFault("outage", Ms(25), NodeSelector.Of("node-2"), null)]));
        RequestRecord request = trial.Requests.ShouldHaveSingleItem();
        request.Outcome.ShouldBe(RequestOutcome.Completed);
        request.Skipped.ShouldBe([1]);
        request.Latency.ShouldBe(Ms(75 + 4 * (5 + 10) + 5));
        trial.Ledger.Select(e => (e.Time.TotalMilliseconds, e.Effect)).ShouldBe([(25, "began"), (75, "detected_down")]);
    }

    [Fact]
    public void A_quick_restart_is_noticed_by_its_incarnation()
    {
        // The node is back before the detection delay is over, but what it held is gone: the hop is sent again to the new incarnation.
        RoutingSpec routing = Skip0 with { Retries = 1 };
        TrialRecord trial = Run(Spec(Link(5), routing, 10, 1, faults: [new CrashFault("blip", Ms(25), NodeSelector.Of("node-2"), Ms(10))]));
        RequestRecord request = trial.Requests.ShouldHaveSingleItem();
        request.Skipped.ShouldBeEmpty();
        request.Retries.ShouldBe(1);
        request.Latency.ShouldBe(Ms(75 + 5 * (5 + 10) + 5));
    }

    [Fact]
    public void When_holder_and_custodian_both_die_the_request_ends_at_its_deadline()
    {
        TrialRecord trial = Run(Spec(Link(5), Skip0, 10, 1, deadlineMs: 1000,
            faults: [new CrashFault("both", Ms(26), NodeSelector.Of("node-1", "node-2"), null)]));
        RequestRecord request = trial.Requests.ShouldHaveSingleItem();
        // node-1's own custodian, the coordinator, was released when node-2 acknowledged (t = 25): nobody has it.
        request.Outcome.ShouldBe(RequestOutcome.DeadlineExceeded);
        trial.Length.ShouldBe(Ms(1000));
    }

    [Fact]
    public void A_partition_cuts_links_between_groups_until_it_heals()
    {
        var split = new PartitionFault("split", default, [["node-1"], ["node-2", "node-3"]], Ms(400));
        TrialRecord trial = Run(Spec(Link(5), Skip0 with { Retries = 20 }, 0, 1, faults: [split]));
        RequestRecord request = trial.Requests.ShouldHaveSingleItem();
        request.Skipped.ShouldBeEmpty();
        request.Retries.ShouldBe(8); // sent at 5, 55, …, 355 into the cut and at 405 through it
        trial.Links.Single(l => l.From == "node-1" && l.To == "node-2").DroppedLinkDown.ShouldBe(8);
    }

    [Fact]
    public void Slowdowns_multiply_compute_time()
    {
        TrialRecord trial = Run(Spec(Link(0), Skip0 with { Timeout = Ms(5000) }, 1, 1, faults:
        [
            new SlowdownFault("a", default, NodeSelector.Of("node-1"), 8, null),
            new SlowdownFault("b", default, NodeSelector.Of("node-1"), 3, null),
        ]));
        trial.Requests[0].Latency.ShouldBe(Ms(24 + Layers - 1));
    }

    [Fact]
    public void Every_request_has_one_row_under_crashes_loss_duplication_and_reordering()
    {
        var storm = new CrashFault("storm", Ms(100), NodeSelector.Of("node-1", "node-4"), Ms(150));
        var later = new CrashFault("later", Ms(180), NodeSelector.Of("node-2", "node-4"), Ms(300));
        TrialRecord trial = Run(Spec(
            Link(4, 0.1, duplicate: 0.1, reorder: 0.2), new RoutingSpec { Retries = 1, Timeout = Ms(15) }, 3, 500, concurrency: 16, deadlineMs: 900,
                faults: [storm, later]));
        trial.Requests.Select(r => r.Request).ShouldBe(Enumerable.Range(0, 500));
        foreach (RequestRecord request in trial.Requests.Where(r => r.Outcome == RequestOutcome.Completed))
            request.Order!.Concat(request.Skipped!).Order().ShouldBe(Enumerable.Range(0, Layers));
        foreach (LinkRecord link in trial.Links)
            (link.Delivered + link.Lost + link.Corrupted + link.DroppedLinkDown + link.DroppedReceiverDown)
                .ShouldBeLessThanOrEqualTo(link.MessagesSent + link.Duplicated);
    }

    [Fact]
    public void Two_runs_of_one_seed_are_the_same_and_another_seed_differs()
    {
        string Story(long seed)
        {
            TrialRecord trial = Run(Spec(
                Link(4, 0.1, duplicate: 0.1, reorder: 0.2), new RoutingSpec { Order = OrderKind.Arbitrary, Retries = 1 }, 3, 200, concurrency: 4, seed: seed,
                faults: [new CrashFault("random", Ms(50), new NodeSelector(null, false, 2, null), Ms(400))]));
            return string.Join('\n', trial.Requests.Select(r => $"{r.Outcome} {r.Latency} {string.Join(' ', r.Order ?? [])}")) + string.Join('\n', trial.Hops)
                + string.Join('\n', trial.Ledger);
        }

        string first = Story(7);
        Story(7).ShouldBe(first);
        Story(8).ShouldNotBe(first);
    }
}
