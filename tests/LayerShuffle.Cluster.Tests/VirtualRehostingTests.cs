using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Layers that survivors take over on the virtual clock, worked out by hand: hops of 5 ms, layers of 2 ms, one layer on each of six nodes.</summary>
public sealed class VirtualRehostingTests
{
    private static readonly RoutingSpec Skip = new() { OnFailure = OnFailure.Skip, Retries = 0, Timeout = Ms(50) };
    private static readonly double Whole = (Layers * 2) + ((Layers + 1) * 5), OneHopLess = Whole - 5, Skipped = ((Layers - 1) * 2) + (Layers * 5) + 50;

    private static TrialSpec Rehosting(double recoveryMs, params FaultSpec[] faults)
    {
        TrialSpec spec = Spec(Link(5), Skip, faults: faults);
        return spec with { Cluster = spec.Cluster with { Recovery = RecoveryKind.Rehost, RecoveryTime = Ms(recoveryMs) } };
    }

    private static CrashFault Crash(string node, double at, double? restartAfter = null, string name = "outage") =>
        new(name, Ms(at), NodeSelector.Of(node), restartAfter is { } ms ? Ms(ms) : null);

    private static IEnumerable<(double, string, string)> Placed(TrialRecord trial) =>
        trial.Ledger.Where(entry => entry.Kind == "placement").Select(entry => (entry.Time.TotalMilliseconds, entry.Target, entry.Effect));

    [Fact]
    public void A_neighbour_that_takes_the_layer_over_saves_a_hop()
    {
        TrialRecord trial = Run(Rehosting(0, Crash("node-2", 0)));
        Placed(trial).ShouldBe([(0, "node-2", "rehosted 1 on node-1")]);
        trial.Requests.ShouldAllBe(r => r.Latency == Ms(OneHopLess) && r.Skipped!.Count == 0);
        trial.Hops.ShouldNotContain(hop => hop.To == "node-2");
        trial.Retries.ShouldBe(0);
    }

    [Fact]
    public void Until_the_recovery_time_is_over_the_layer_is_skipped()
    {
        TrialRecord trial = Run(Rehosting(1000, Crash("node-2", 0)));
        Placed(trial).ShouldBe([(1000, "node-2", "rehosted 1 on node-1")]);
        foreach (RequestRecord request in trial.Requests)
        {
            // The hop to layer 1 is sent 7 ms after the request, and given up after 50 ms; sent again it would meet the new host.
            bool early = request.Submitted + Ms(7) < new Core.Time.Instant(Ms(1000).Nanoseconds);
            request.Latency.ShouldBe(Ms(early ? Skipped : OneHopLess));
            request.Skipped.ShouldBe(early ? [1] : []);
        }

        trial.Requests.Count(r => r.Skipped!.Count > 0).ShouldBe((int)Math.Ceiling((1000 - 7) / Skipped));
    }

    [Fact]
    public void A_node_that_is_back_has_its_layer_again_at_once()
    {
        TrialRecord trial = Run(Rehosting(100, Crash("node-2", 0, 500)));
        trial.Requests.Where(r => r.Submitted.TotalMilliseconds is > 100 and < 493).ShouldAllBe(r => r.Latency == Ms(OneHopLess));
        trial.Requests.Where(r => r.Submitted.TotalMilliseconds > 500).ShouldAllBe(r => r.Latency == Ms(Whole));
        trial.Requests.Count(r => r.Latency == Ms(Whole)).ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Back_before_the_recovery_time_is_over_nothing_moves()
    {
        TrialRecord trial = Run(Rehosting(300, Crash("node-2", 0, 200), Crash("node-2", 250, null, "again")));
        Placed(trial).ShouldBe([(550, "node-2", "rehosted 1 on node-1")]); // the second crash's alone
    }

    [Fact]
    public void Who_hosts_for_another_and_dies_leaves_both_layers_to_the_rest()
    {
        TrialRecord trial = Run(Rehosting(10, Crash("node-2", 0), Crash("node-1", 100, null, "second")));
        Placed(trial).ShouldBe([(10, "node-2", "rehosted 1 on node-1"), (110, "node-1", "rehosted 0 on node-3, 1 on node-4")]);
        trial.Requests.Where(r => r.Submitted.TotalMilliseconds > 110).ShouldAllBe(r => r.Skipped!.Count == 0);
    }

    [Fact]
    public void Layers_that_find_no_room_are_skipped_as_without_recovery()
    {
        TrialSpec spec = Rehosting(0, Crash("node-2", 0));
        spec = spec with
        {
            LayerBytes = 1_000_000,
            Cluster = spec.Cluster with { Nodes = [.. spec.Cluster.Nodes.Select(node => node with { MemoryBytes = 1_500_000 })] },
        };
        TrialRecord trial = Run(spec);
        Placed(trial).ShouldBe([(0, "node-2", "not rehosted: layer 1 (1 MB) fits on no survivor")]);
        trial.Requests.ShouldAllBe(r => r.Latency == Ms(Skipped));
    }

    [Fact]
    public void With_nobody_left_that_is_said()
    {
        TrialRecord trial = Run(Rehosting(5, [.. Enumerable.Range(1, Layers).Select(i => Crash($"node-{i}", 0, null, $"outage-{i}"))]));
        Placed(trial).Select(row => row.Item3).ShouldAllBe(effect => effect.EndsWith("no other node is up", StringComparison.Ordinal));
    }
}
