using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Faults that come again and again, nodes that come back, and what the ledger says of them, in trials on the virtual clock.</summary>
public class NodeFaultTests
{
    private const double C = 2, D = 5; // milliseconds of a layer and of a crossing
    private static readonly NodeSelector All = new(null, true, null, null);
    private static readonly RoutingSpec Skip = new() { OnFailure = OnFailure.Skip, Retries = 0, Timeout = Ms(50) };

    [Theory]
    [InlineData(1)]
    [InlineData(2.5)]
    public void Availability_of_churn_is_that_of_the_ledger_and_of_its_means(double shape)
    {
        TrialRecord trial = Run(Every(100, 5000, [new ChurnFault("churn", default, All, Ms(2000), Ms(500), shape, null)]));
        double down = trial.Ledger.Where(row => row.Effect == FaultEffects.Restarted).Sum(row => row.Lasted!.Value.TotalMilliseconds);
        foreach (IGrouping<string, LedgerEntry> node in trial.Ledger
            .Where(row => row.Effect is FaultEffects.Began or FaultEffects.Restarted).GroupBy(row => row.Target))
        {
            node.Select((row, i) => row.Effect == (i % 2 == 0 ? FaultEffects.Began : FaultEffects.Restarted)).ShouldAllBe(right => right);
            if (node.Last().Effect == FaultEffects.Began)
                down += trial.Length.TotalMilliseconds - node.Last().Time.TotalMilliseconds;
        }

        trial.Availability.ShouldNotBeNull().ShouldBe(1 - down / (Layers * trial.Length.TotalMilliseconds), 1e-9);
        trial.Availability.Value.ShouldBe(0.8, 0.02);
        trial.Ledger.ShouldContain(row => row.Kind == "churn" && row.Effect == FaultEffects.DetectedDown);
    }

    [Fact]
    public void A_crash_loop_is_down_as_long_as_it_is_asked_to_be_and_says_so()
    {
        TrialRecord trial = Run(Every(10, 500, [new CrashFault("loop", Ms(1000), NodeSelector.Of("node-2"), Ms(700))
        {
            Timing = FaultTiming.Once with { Every = Ms(1000), Until = Ms(3200) },
        }]));
        Told(trial).ShouldBe(
        [
            "1000 loop node-2 began ", "1700 loop node-2 restarted 700", "2000 loop node-2 began ", "2700 loop node-2 restarted 700", "3000 loop node-2 began ",
            "3200 loop node-2 restarted 200",
        ]);
        trial.Availability.ShouldNotBeNull().ShouldBe(1 - 1600 / trial.Length.TotalMilliseconds / Layers, 1e-12);
    }

    [Fact]
    public void A_fault_without_an_end_ends_with_the_trial()
    {
        TrialRecord trial = Run(Every(10, 100,
        [
            new PartitionFault("flap", Ms(3), [["node-1"]], Ms(2)) { Shape = PartitionShape.Rest, Timing = FaultTiming.Once with { Every = Ms(5) } },
            new LinkFault("echo", Ms(1), ["all"], ["node-2"], new() { Duplicate = 0.5 }, Ms(1)) { Timing = FaultTiming.Once with { After = "flap" } },
        ]));
        trial.Requests.Count.ShouldBe(100);
        trial.Ledger.Count(row => row.Fault == "flap").ShouldBeInRange(3900, 4100);
        trial.Ledger.ShouldContain(row => row.Target == "node-1 | rest");
        trial.Ledger.Where(row => row is { Fault: "flap", Effect: FaultEffects.Ended }).ShouldAllBe(row => row.Lasted == Ms(2));
    }

    [Fact]
    public void Faults_that_touched_nothing_are_said()
    {
        TrialRecord trial = Run(Every(10, 100,
        [
            new CrashFault("down", Ms(100), NodeSelector.Of("node-1"), null),
            new CrashFault("again", Ms(200), NodeSelector.Of("node-1"), null),
            new CrashFault("late", Ms(60_000), NodeSelector.Of("node-2", "node-3"), null),
            new PartitionFault("idle", Ms(100), [["node-1"], ["node-3"]], Ms(1)),
            new LinkFault("storm", Ms(100), ["all"], ["node-3"], new() { Duplicate = 0.5 }, Ms(300)),
            new PauseFault("nobody", Ms(100), new(null, false, null, null) { UpToCount = 0 }, Ms(5)),
        ]));
        string end = FormattableString.Invariant($"{trial.Length.TotalMilliseconds}");
        Told(trial)
            .Where(row => row.EndsWith("nothing ", StringComparison.Ordinal) || row.EndsWith("never_began ", StringComparison.Ordinal)
                || row.EndsWith("no_target ", StringComparison.Ordinal))
            .ShouldBe(
            [
                "100 nobody  no_target ", $"{end} again node-1 touched_nothing ", $"{end} late node-2 node-3 never_began ",
                $"{end} idle node-1 | node-3 touched_nothing ", $"{end} nobody up to 0 touched_nothing ",
            ]);
    }

    /// <summary>The node is back at 3 s and computes ten times as slow for 1 s from its first layer on: 18 ms more, one request in ten a second.</summary>
    [Fact]
    public void A_node_that_has_come_back_computes_slower_for_a_while()
    {
        TrialSpec spec = Every(10, 100, [new CrashFault("outage", Ms(1000), NodeSelector.Of("node-1"), Ms(2000))]);
        TrialRecord trial = Run(spec with
        {
            Cluster = spec.Cluster with { Nodes = [.. spec.Cluster.Nodes.Select(node => node with { SlowStart = new SlowStartSpec(10, Ms(1000)) })] },
        });
        double whole = Layers * C + (Layers + 1) * D;
        foreach (RequestRecord request in trial.Requests.Where(request => request.Skipped!.Count == 0))
        {
            bool slow = request.Submitted.TotalMilliseconds is >= 3000 and < 4000;
            request.Latency!.Value.ShouldBe(Ms(whole + (slow ? 9 * C : 0)), $"submitted at {request.Submitted}");
        }

        trial.Requests.Count(request => request.Submitted.TotalMilliseconds is >= 3000 and < 4000 && request.Skipped!.Count == 0).ShouldBe(10);
    }

    /// <summary>Two layers a node and room for one: each is loaded before it is computed. With room for both nothing is ever loaded.</summary>
    [Theory]
    [InlineData(1500, true)]
    [InlineData(2000, false)]
    public void Layers_beyond_the_memory_are_loaded_again(long limit, bool evicts)
    {
        TrialSpec spec = Spec(Link(D), Skip, C, nodes: 3) with { LayerBytes = 1000 };
        TrialRecord trial = Run(spec with
        {
            // 1 ms a layer
            Cluster = spec.Cluster with { Nodes = [.. spec.Cluster.Nodes.Select(node => node with { Resident = new ResidentSpec(limit, 1e6) })] },
        });
        double whole = Layers * C + (Layers + 1) * D;
        trial.Requests[0].Latency.ShouldBe(Ms(whole + (evicts ? 3 : 0)), "the first layer of each node is there from the beginning");
        trial.Requests.Skip(1).ShouldAllBe(request => request.Latency == Ms(whole + (evicts ? Layers : 0)));
    }

    [Fact]
    public void After_a_crash_nothing_is_loaded()
    {
        TrialSpec spec = Every(10, 20, [new CrashFault("blink", Ms(450), NodeSelector.Of("node-1"), Ms(10))]) with { LayerBytes = 1000 };
        TrialRecord trial = Run(spec with
        {
            Cluster = spec.Cluster with { Nodes = [.. spec.Cluster.Nodes.Select(node => node with { Resident = new ResidentSpec(9000, 1e6) })] },
        });
        double whole = Layers * C + (Layers + 1) * D;
        trial.Requests.ShouldAllBe(request => request.Latency == Ms(whole + (request.Request == 5 ? 1 : 0)));
    }

    [Fact]
    public void A_domain_fails_and_comes_back_at_one_instant()
    {
        TrialSpec spec = Every(10, 50, [new CrashFault("power", Ms(1000), new(null, false, null, null) { Domains = ["rack"] }, Ms(500))]);
        TrialRecord trial = Run(spec with { Cluster = spec.Cluster with { Domains = [new FailureDomain("rack", ["node-2", "node-5"])] } });
        Told(trial).ShouldBe(["1000 power node-2 began ", "1000 power node-5 began ", "1500 power node-2 restarted 500", "1500 power node-5 restarted 500"]);
        trial.Availability.ShouldNotBeNull().ShouldBe(1 - 1000 / trial.Length.TotalMilliseconds / Layers, 1e-12);
    }

    /// <summary>Requests at an even pace, one layer on each node.</summary>
    private static TrialSpec Every(double perSecond, int requests, IReadOnlyList<FaultSpec> faults) =>
        Spec(Link(D), Skip, C, requests, faults: faults, arrivals: new ArrivalSpec(ArrivalKind.Uniform, 0, perSecond), deadlineMs: 2000, trace: 0);

    private static IEnumerable<string> Told(TrialRecord trial) => trial.Ledger.Where(row => row.Effect != FaultEffects.DetectedDown)
        .Select(row => FormattableString.Invariant($"{row.Time.TotalMilliseconds} {row.Fault} {row.Target} {row.Effect} {row.Lasted?.TotalMilliseconds}"));
}
