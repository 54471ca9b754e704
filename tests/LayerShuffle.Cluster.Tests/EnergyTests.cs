using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Metrics;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>The energy and cost of whole trials, by hand.</summary>
public sealed class EnergyTests
{
    private static readonly RoutingSpec Skip = new() { OnFailure = OnFailure.Skip, Retries = 0, Timeout = Ms(50) };

    [Fact]
    public void Two_nodes_and_ten_requests_by_hand()
    {
        // Six layers of 2 ms lie on two nodes in turn, so each computes 3 · 2 ms of a request, which takes 6 · 2 ms + 7 · 5 ms = 47 ms: ten take 0.47 s.
        TrialSpec spec = Powered(Spec(Link(5), Skip, nodes: 2, requests: 10), new(2, 6), new(1, 3));
        spec = spec with { Cluster = spec.Cluster with { JoulesPerBit = 50e-9 } };
        TrialRecord trial = Run(spec);
        trial.Length.ShouldBe(Ms(470));
        double bits = 10 * 7 * Tokens * Hidden * 4 * 8;
        trial.Joules.ShouldNotBeNull().ShouldBe((2 * 0.47) + (4 * 0.06) + (1 * 0.47) + (2 * 0.06) + (bits * 50e-9), 1e-12);
        trial.Price.ShouldBeNull();
        NodeSpec[] priced = [.. spec.Cluster.Nodes.Select(node => node with { PricePerHour = 3.6 })];
        Run(spec with { Cluster = spec.Cluster with { Nodes = priced } }).Price.ShouldNotBeNull().ShouldBe(2 * 0.47e-3, 1e-15);
    }

    [Fact]
    public void Duplicates_and_what_is_corrupted_take_energy_and_what_is_lost_takes_none()
    {
        TrialSpec spec = Spec(Link(5, loss: 0.2, duplicate: 0.3) with { Corrupt = 0.1, OverheadBytes = 40 }, Skip, requests: 200);
        TrialRecord trial = Run(spec with { Cluster = spec.Cluster with { JoulesPerBit = 1e-6 } });
        trial.Links.Sum(link => link.Duplicated + link.CorruptDrawn).ShouldBeGreaterThan(100);
        trial.Links.Sum(link => link.Lost).ShouldBeGreaterThan(100);
        trial.Joules.ShouldNotBeNull().ShouldBe(trial.Links.Sum(link => link.Carried) * ((Tokens * Hidden * 4) + 40) * 8 * 1e-6, 1e-9);
    }

    [Fact]
    public void A_crash_cuts_computing_off_and_a_pause_does_not_count()
    {
        // Layer 0 on node-1 from 5 to 105 ms, layer 1 on node-2 from 110 ms until the crash at 150 ms, then again on nobody: layers 3 and 5 follow on node-2.
        CrashFault crash = new("outage", Ms(150), NodeSelector.Of("node-2"), Ms(10));
        Joules(crash, null, new(0, 1)).ShouldBe(0.04 + 0.1 + 0.1, 1e-12);
        Joules(crash, new(0, 1), null).ShouldBe(0.3, 1e-12);
        PauseFault pause = new("nap", Ms(50), NodeSelector.Of("node-1"), Ms(30));
        Joules(pause, new(0, 1), null).ShouldBe(0.3, 1e-12);
        Joules(pause, new(1, 1), null).ShouldBe(Run(Powered(Long(pause), new(1, 1), null)).Length.TotalSeconds, 1e-12, "idle, computing or paused");

        static double Joules(FaultSpec fault, PowerSpec? first, PowerSpec? second) => Run(Powered(Long(fault), first, second)).Joules.ShouldNotBeNull();
        static TrialSpec Long(FaultSpec fault) => Spec(Link(5), Skip, computeMs: 100, nodes: 2, requests: 1, faults: [fault]);
    }

    [Fact]
    public void A_meter_takes_word_of_a_crash_before_that_of_the_layer_that_it_cut_off()
    {
        var meter = new ComputeMeter(2);
        meter.Crashed(1, At(70));
        meter.Note(Event(HopEventKind.ComputeStarted, 50));
        meter.Note(Event(HopEventKind.ComputeStarted, 100)); // of the next incarnation
        meter.Paused(1, At(110));
        meter.Continued(1, At(115));
        meter.Note(Event(HopEventKind.ComputeEnded, 130));
        meter.Note(Event(HopEventKind.ComputeEnded, 131)); // of nothing
        meter.Computed(At(1000)).ShouldBe([Ms(20 + 25), Duration.Zero]);
        meter.Note(Event(HopEventKind.ComputeStarted, 200));
        meter.Computed(At(210)).ShouldBe([Ms(20 + 25 + 10), Duration.Zero]);
        meter.Paused(1, At(205));
        meter.Crashed(1, At(300));
        meter.Note(Event(HopEventKind.ComputeStarted, 400));
        meter.Computed(At(410)).ShouldBe([Ms(20 + 25 + 5 + 10), Duration.Zero]);
    }

    private static Instant At(double milliseconds) => Instant.Zero + Ms(milliseconds);

    private static HopEvent Event(HopEventKind kind, double at) => new(kind, At(at), default, 0, 0, 0, 0, 1);

    private static TrialSpec Powered(TrialSpec spec, PowerSpec? first, PowerSpec? second) => spec with
    {
        Cluster = spec.Cluster with { Nodes = [spec.Cluster.Nodes[0] with { Power = first }, spec.Cluster.Nodes[1] with { Power = second }] },
    };
}
