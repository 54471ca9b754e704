using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>
/// Paused nodes, worked out by hand: hops of 5 ms, layers of 10 ms. node-1 computes from 5 to 15, node-2 has the hop at 20 and computes until 30, node-3 has it
/// at 35.
/// </summary>
public class PauseTests
{
    private const double Plain = (Layers * 10) + ((Layers + 1) * 5);

    private static readonly RoutingSpec Patient = new() { OnFailure = OnFailure.Skip, Retries = 0, Timeout = Ms(5000) };
    private static readonly RoutingSpec Skip = Patient with { Timeout = Ms(50) };

    private static PauseFault Pause(double at, double? lasting, string node = "node-2", string name = "nap") =>
        new(name, Ms(at), NodeSelector.Of(node), lasting is { } ms ? Ms(ms) : null);

    private static IEnumerable<(double, string, string)> Story(TrialRecord trial) => trial.Ledger.Select(e => (e.Time.TotalMilliseconds, e.Fault, e.Effect));

    [Theory]
    [InlineData(12, 50, 42)] // the hop waits for what is left of the pause
    [InlineData(10, 10, 0)] // over when the hop comes
    [InlineData(20, 50, 50)] // faults go first: the hop of this instant waits
    [InlineData(25, 50, 50)] // in the middle of the layer
    [InlineData(30, 50, 50)] // at the instant at which the layer would be done
    [InlineData(31, 50, 0)] // it has handed the result on
    public void A_request_that_meets_a_pause_takes_what_is_left_of_it_longer(double at, double lasting, double longer)
    {
        TrialRecord trial = Run(Spec(Link(5), Patient, 10, 1, faults: [Pause(at, lasting)]));
        RequestRecord request = trial.Requests.ShouldHaveSingleItem();
        request.Latency.ShouldBe(Ms(Plain + longer));
        request.Skipped.ShouldBeEmpty();
        trial.Retries.ShouldBe(0);
        trial.Links.Sum(l => l.DroppedReceiverDown).ShouldBe(0);
        Story(trial).ShouldBe([(at, "nap", "began"), (at + lasting, "nap", "ended")]);
        trial.Ledger.ShouldAllBe(e => e.Kind == "pause" && e.Target == "node-2" && e.Requested == null);
    }

    [Fact]
    public void Two_pauses_in_one_layer_add_up()
    {
        TrialRecord trial = Run(Spec(Link(5), Patient, 10, 1, faults: [Pause(22, 10), Pause(35, 20, name: "again")]));
        trial.Requests[0].Latency.ShouldBe(Ms(Plain + 30));
    }

    [Fact]
    public void A_node_paused_for_ever_costs_skip_one_timeout()
    {
        TrialRecord trial = Run(Spec(Link(5), Skip, faults: [Pause(0, null, "node-3")]));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms(((Layers - 1) * 2) + (Layers * 5) + 50));
        trial.Requests.ShouldAllBe(r => r.Skipped!.SequenceEqual(new[] { 2 }));
        Story(trial).ShouldBe([(0, "nap", "began")]);
        trial.Hops.Where(h => h.To == "node-3").ShouldAllBe(h => h.Fate == "in_flight" && h.Acked == null);
    }

    [Fact]
    public void Timers_that_fall_due_meanwhile_fire_on_continuing()
    {
        // node-1 waits for a dead node until 65, but sleeps from 40 to 100.
        TrialRecord trial = Run(Spec(Link(5), Skip, 10, 1,
            faults: [new CrashFault("outage", default, NodeSelector.Of("node-2"), null), Pause(40, 60, "node-1")]));
        trial.Requests[0].Skipped.ShouldBe([1]);
        trial.Requests[0].Latency.ShouldBe(Ms(100 + (4 * (5 + 10)) + 5));
    }

    [Fact]
    public void What_waits_is_taken_before_timers_that_are_overdue()
    {
        // The acknowledgement reaches node-1 at 25, within the timeout, but node-1 sleeps from 22 to 100.
        TrialRecord trial = Run(Spec(Link(5), Skip, 10, 1, faults: [Pause(22, 78, "node-1")]));
        trial.Requests[0].Skipped.ShouldBeEmpty();
        trial.Requests[0].Latency.ShouldBe(Ms(Plain));
    }

    [Fact]
    public void A_node_that_goes_on_acknowledges_in_order_and_works_on_branches_thought_lost()
    {
        TrialRecord trial = Run(Spec(Link(5), Skip, 10, 4, faults: [Pause(12, 188)]));
        trial.Requests.Take(2).ShouldAllBe(r => r.Skipped!.SequenceEqual(new[] { 1 }) && r.Latency == Ms(((Layers - 1) * 10) + (Layers * 5) + 50));
        trial.ResultsSuperseded.ShouldBe(2);
        HopRecord[] waited = [.. trial.Hops.Where(h => h.To == "node-2").Take(2)];
        waited.Select(h => (h.Delivered!.Value.TotalMilliseconds, h.ComputeStart!.Value.TotalMilliseconds)).ShouldBe([(200, 200), (200, 210)]);
        waited.ShouldAllBe(h => h.Acked!.Value.TotalMilliseconds == 205);
    }

    [Fact]
    public void A_crash_kills_a_paused_node_with_all_that_waits_and_its_next_incarnation_is_not_paused()
    {
        RoutingSpec routing = Skip with { Retries = 1 };
        TrialRecord trial = Run(Spec(Link(5), routing, 10, 1, faults: [Pause(12, 60), new CrashFault("blip", Ms(30), NodeSelector.Of("node-2"), Ms(10))]));
        RequestRecord request = trial.Requests.ShouldHaveSingleItem();
        request.Latency.ShouldBe(Ms(65 + 5 + 10 + (4 * (5 + 10)) + 5)); // sent again at 65
        request.Retries.ShouldBe(1);
        trial.Hops.First(h => h.To == "node-2").Fate.ShouldBe("receiver_down");
        trial.Links.Single(l => l.To == "node-2" && l.From == "node-1").DroppedReceiverDown.ShouldBe(1);
        Story(trial).ShouldBe([(12, "nap", "began"), (30, "blip", "began"), (40, "blip", "restarted"), (72, "nap", "not_paused"),
            (80, "blip", "detected_down")]);
    }

    [Fact]
    public void A_crash_in_the_middle_of_a_paused_layer_ends_it()
    {
        RoutingSpec routing = Skip with { Retries = 1 };
        TrialRecord trial = Run(Spec(Link(5), routing, 10, 1, faults: [Pause(25, 60), new CrashFault("blip", Ms(30), NodeSelector.Of("node-2"), Ms(10))]));
        trial.Requests[0].Latency.ShouldBe(Ms(30 + 50 + 5 + 10 + (4 * (5 + 10)) + 5)); // its custodian learns of the crash at 80
        trial.ResultsSuperseded.ShouldBe(0);
    }

    [Fact]
    public void A_paused_custodian_learns_of_a_crash_when_it_goes_on()
    {
        // node-2 dies at 25 with the hop that node-1 keeps; node-1 sleeps from 22 to 100, then waits for the detection delay of 50.
        TrialRecord trial = Run(Spec(Link(5), Skip, 10, 1,
            faults: [new CrashFault("outage", Ms(25), NodeSelector.Of("node-2"), null), Pause(22, 78, "node-1")]));
        trial.Requests[0].Skipped.ShouldBe([1]);
        trial.Requests[0].Latency.ShouldBe(Ms(150 + (4 * (5 + 10)) + 5));
        // the others have known since 75
        Story(trial).ShouldBe([(22, "nap", "began"), (25, "outage", "began"), (75, "outage", "detected_down"), (100, "nap", "ended")]);
    }

    [Fact]
    public void A_node_goes_on_when_no_pause_holds_it()
    {
        TrialRecord trial = Run(Spec(Link(5), Patient, 10, 1, faults: [Pause(12, 50), Pause(30, 70, name: "longer")]));
        trial.Requests[0].Latency.ShouldBe(Ms(Plain + 80));
        Story(trial).ShouldBe([(12, "nap", "began"), (30, "longer", "already_paused"), (62, "nap", "still_paused"), (100, "longer", "ended")]);
    }

    [Fact]
    public void A_node_that_is_down_is_not_paused()
    {
        TrialRecord trial = Run(Spec(Link(5), Patient with { Timeout = Ms(50), Retries = 3 }, 10, 1,
            faults: [new CrashFault("outage", default, NodeSelector.Of("node-2"), Ms(60)), Pause(12, 100)]));
        trial.Requests[0].Latency.ShouldBe(Ms(65 + 5 + 10 + (4 * (5 + 10)) + 5));
        Story(trial).ShouldBe([(0, "outage", "began"), (12, "nap", "already_down"), (50, "outage", "detected_down"), (60, "outage", "restarted"),
            (112, "nap", "not_paused"), (145, "nap", "touched_nothing")]);
    }

    [Fact]
    public void Pauses_among_crashes_and_losses_leave_one_row_for_every_request_and_two_runs_are_the_same()
    {
        TrialRecord Once() => Run(Spec(
            Link(4, 0.1, duplicate: 0.1, reorder: 0.2), new RoutingSpec { Order = OrderKind.Arbitrary, Retries = 1, Timeout = Ms(15) }, 3, 400, concurrency: 16,
                deadlineMs: 900, faults:
            [
                new PauseFault("half", Ms(60), new NodeSelector(null, false, null, 0.5), Ms(100)),
                new CrashFault("storm", Ms(100), NodeSelector.Of("node-1", "node-4"), Ms(150)),
                new PauseFault("all", Ms(300), new NodeSelector(null, true, null, null), Ms(80)),
                new PauseFault("one", Ms(350), new NodeSelector(null, false, 1, null), null),
            ]));

        static string Text(TrialRecord trial) =>
            string.Join('\n', trial.Requests.Select(r => $"{r.Outcome} {r.Latency} {string.Join(' ', r.Order ?? [])}")) + string.Join('\n', trial.Hops)
                + string.Join('\n', trial.Ledger);

        TrialRecord trial = Once();
        trial.Requests.Select(r => r.Request).ShouldBe(Enumerable.Range(0, 400));
        trial.Ledger.Select(e => e.Effect).ShouldContain("already_paused");
        Instant begin = Instant.Zero + Ms(300), end = Instant.Zero + Ms(380);
        trial.Hops.ShouldAllBe(h => !(h.ComputeStart > begin && h.ComputeStart < end) && !(h.From != "coordinator" && h.Sent > begin && h.Sent < end),
            "nobody does anything while all sleep");
        trial.Hops.ShouldContain(h => h.ComputeStart < begin && h.ComputeEnd > end, "computations are interrupted");
        foreach (RequestRecord request in trial.Requests.Where(r => r.Outcome == RequestOutcome.Completed))
            request.Order!.Concat(request.Skipped!).Order().ShouldBe(Enumerable.Range(0, Layers));
        Text(Once()).ShouldBe(Text(trial));
    }
}
