using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>What is written of faults is what they do, and what cannot be is said with its place.</summary>
public class FaultLanguageTests
{
    private const string Net = "name: x\nmodel: none\nworkload: {requests: 50}\n"
        + "cluster: {nodes: 4, domains: {rack-1: [node-1, node-2], rack-2: [node-3, node-4]}}\n";

    [Theory]
    [InlineData("{kind: crash, nodes: all, at: 1s, every: 10s, jitter: 2s, for: 500ms, until: 60s}")]
    [InlineData("{kind: crash, nodes: all, at: 1s, every: 10s, jitter: 2s, restart_after: 500ms, until: 60s}")]
    [InlineData("{kind: pause, nodes: all, at: 1s, every: 10s, jitter: 2s, for: 500ms, until: 60s}")]
    [InlineData("{kind: slowdown, factor: 2, nodes: all, at: 1s, every: 10s, jitter: 2s, for: 500ms, until: 60s}")]
    [InlineData("{kind: partition, groups: [[node-1], rest], at: 1s, every: 10s, jitter: 2s, for: 500ms, until: 60s}")]
    [InlineData("{kind: partition, groups: [[node-1], rest], at: 1s, every: 10s, jitter: 2s, heal_after: 500ms, until: 60s}")]
    [InlineData("{kind: link, from: all, to: all, set: {loss: 5%}, at: 1s, every: 10s, jitter: 2s, for: 500ms, until: 60s}")]
    [InlineData("{kind: churn, nodes: all, mean_time_to_failure: 1s, mean_time_to_repair: 1s, at: 1s, every: 10s, jitter: 2s, for: 500ms, until: 60s}")]
    public void Every_kind_has_every_word_of_time(string fault)
    {
        FaultSpec bound = Fault(fault);
        bound.At.ShouldBe(Duration.FromSeconds(1));
        bound.Timing.ShouldBe(new FaultTiming(null, Duration.FromSeconds(10), Duration.FromSeconds(2), Duration.FromSeconds(60)));
        FaultTimeline.Events([bound], Topology.Of(Some.Valid(Net).Conditions[0].Cluster), default).First(item => !item.Begins).At
            .ShouldBeLessThanOrEqualTo(Instant.Zero + Duration.FromSeconds(3.5));
    }

    [Fact]
    public void A_fault_begins_after_another()
    {
        FaultSpec next = Some.Valid(Net + "faults: {a: {kind: crash, nodes: [node-1], at: 1s}, "
            + "b: {kind: pause, nodes: [node-2], after: {fault: a, delay: 5ms}, for: 1s}}")
            .Conditions[0].Faults[1];
        (next.At, next.Timing.After).ShouldBe((Duration.FromMilliseconds(5), "a"));
    }

    [Fact]
    public void Selectors_of_domains_and_draws_are_read()
    {
        Nodes("{domain: rack-1}").Domains.ShouldBe(["rack-1"]);
        Nodes("{domain: [rack-1, rack-2], random: 1}").ShouldSatisfyAllConditions(nodes => nodes.Domains.ShouldBe(["rack-1", "rack-2"]),
            nodes => nodes.RandomCount.ShouldBe(1), nodes => nodes.IsByDomain.ShouldBeFalse());
        Nodes("{domain: all}").IsByDomain.ShouldBeTrue();
        Nodes("{random_domains: 1}").RandomDomains.ShouldBe(1);
        Nodes("{random_domains: 50%}").RandomDomainShare.ShouldBe(0.5);
        Nodes("{up_to: 50%}").UpToShare.ShouldBe(0.5);
        Nodes("{up_to: 3}").UpToCount.ShouldBe(3);
    }

    [Fact]
    public void Shapes_of_partitions_are_read()
    {
        Groups("[[node-1], rest]").ShouldSatisfyAllConditions(fault => fault.Shape.ShouldBe(PartitionShape.Rest),
            fault => fault.Groups.Single().ShouldBe(["node-1"]));
        Groups("[{domain: rack-2}, rest], direction: in").ShouldSatisfyAllConditions(fault => fault.Groups.Single().ShouldBe(["node-3", "node-4"]),
            fault => fault.Direction.ShouldBe(PartitionDirection.In));
        Groups("{random_halves: true}").Shape.ShouldBe(PartitionShape.RandomHalves);
        Groups("{isolate: node-2}").ShouldSatisfyAllConditions(fault => fault.Shape.ShouldBe(PartitionShape.Isolate), fault => fault.Middle.ShouldBe("node-2"));
        Groups("{isolate: random}").Middle.ShouldBeNull();
        Groups("{bridge: node-3}").ShouldSatisfyAllConditions(fault => fault.Shape.ShouldBe(PartitionShape.Bridge), fault => fault.Middle.ShouldBe("node-3"));
        Groups("[[node-1], [node-2]]").Shape.ShouldBe(PartitionShape.Listed);
    }

    [Fact]
    public void Churn_is_read_with_its_distribution()
    {
        var churn = (ChurnFault)Fault("{kind: churn, nodes: {domain: all}, mean_time_to_failure: 20s, mean_time_to_repair: 2s, "
            + "distribution: weibull, shape: 1.5}");
        (churn.MeanTimeToFailure, churn.MeanTimeToRepair, churn.Shape, churn.At, churn.For)
            .ShouldBe((Duration.FromSeconds(20), Duration.FromSeconds(2), 1.5, default, null));
        ((ChurnFault)Fault("{kind: churn, nodes: all, mean_time_to_failure: 20s, mean_time_to_repair: 2s}")).Shape.ShouldBe(1);
    }

    [Fact]
    public void Links_of_a_domain_are_those_of_its_nodes() =>
        ((LinkFault)Fault("{kind: link, from: {domain: rack-1}, to: all, at: 1s, set: {loss: 5%}}")).From.ShouldBe(["node-1", "node-2"]);

    [Fact]
    public void Memory_and_slow_starts_are_the_clusters_or_a_nodes_own()
    {
        IReadOnlyList<NodeSpec> nodes = Some.Valid("name: x\nmodel: none\nworkload: {requests: 5}\nfaults: {f: {kind: crash, nodes: [b], at: 0s, for: 1ms}}\n"
            + "cluster: {resident: {limit: 1MB, load: 100MB/s}, slow_start: {factor: 2, for: 1s}, "
            + "nodes: {a: {slow_start: {factor: 4, for: 2s}}, b: {resident: {limit: 2MB, load: 8Mbps}}}}")
            .Conditions[0].Cluster.Nodes;
        nodes[0].Resident.ShouldBe(new ResidentSpec(1_000_000, 1e8));
        nodes[1].Resident.ShouldBe(new ResidentSpec(2_000_000, 1e6));
        nodes[0].SlowStart.ShouldBe(new SlowStartSpec(4, Duration.FromSeconds(2)));
        nodes[1].SlowStart.ShouldBe(new SlowStartSpec(2, Duration.FromSeconds(1)));
    }

    /// <summary>Each text follows four lines.</summary>
    [Theory]
    [InlineData("f: {kind: crash, nodes: all}", "5:10: faults.f.at: missing key `at`; expected when it begins")]
    [InlineData("f: {kind: crash, nodes: all, at: 1s, after: {fault: g}}", "5:54: faults.f.after: `at` and `after` exclude each other")]
    [InlineData("f: {kind: crash, nodes: all, after: {fault: g}}", "5:54: faults.f.after.fault: there is no fault `g`; expected another fault")]
    [InlineData("churn: {kind: crash, nodes: all, at: 1s}, f: {kind: crash, nodes: all, after: {fault: chrun}}",
        "5:96: faults.f.after.fault: there is no fault `chrun`; expected one of churn; did you mean `churn`?")]
    [InlineData("f: {kind: crash, nodes: all, after: {fault: f}}", "5:54: faults.f.after.fault: `f` begins after itself")]
    [InlineData("f: {kind: crash, nodes: all, after: {fault: g}}, g: {kind: crash, nodes: all, after: {fault: f}}",
        "5:54: faults.f.after.fault: a circle: f after g after f")]
    [InlineData("f: {kind: crash, nodes: all, after: {delay: 1s}}", "5:39: faults.f.after.fault: missing key `fault`")]
    [InlineData("f: {kind: crash, nodes: all, at: 1s, every: 1s, jitter: 2s, for: 1ms}",
        "5:66: faults.f.jitter: strikes up to 2000ms later, 1000ms apart; expected at most `every`")]
    [InlineData("f: {kind: crash, nodes: all, at: 1s, until: 1s}", "5:54: faults.f.until: it begins at 1000ms and ends at 1000ms")]
    [InlineData("f: {kind: crash, nodes: all, at: 1s, every: 1s}",
        "5:54: faults.f.every: it strikes again what it never lets go of; expected how long a strike lasts (`for`)")]
    [InlineData("f: {kind: slowdown, factor: 2, nodes: {random: 1}, at: 1s, every: 1s}", "5:76: faults.f.every: it strikes again what it never lets go of")]
    [InlineData("f: {kind: crash, nodes: all, at: 1s, every: 500ns, for: 1ms}", "5:54: faults.f.every: 500ns is too small")]
    [InlineData("f: {kind: crash, nodes: all, at: 1s, restart_after: 1s, for: 1s}", "5:71: faults.f.for: `for` and `restart_after` mean the same")]
    [InlineData("f: {kind: crash, nodes: {domain: rack-3}, at: 1s}",
        "5:43: faults.f.nodes.domain: there is no failure domain `rack-3`; expected one of rack-1, rack-2; did you mean `rack-1`?")]
    [InlineData("f: {kind: crash, nodes: {random: 1, up_to: 2}, at: 1s}",
        "5:53: faults.f.nodes.up_to: `random`, `up_to` and `random_domains` exclude each other")]
    [InlineData("f: {kind: crash, nodes: {}, at: 1s}", "5:34: faults.f.nodes: a selector that selects nothing")]
    [InlineData("f: {kind: crash, nodes: {random_domains: 3}, at: 1s}", "5:51: faults.f.nodes.random_domains: 3 random domains of 2")]
    [InlineData("f: {kind: crash, nodes: {random: 3, domain: rack-1}, at: 1s}", "5:43: faults.f.nodes.random: 3 random nodes of 2")]
    [InlineData("f: {kind: crash, nodes: {up_to: 5}, at: 1s}", "5:42: faults.f.nodes.up_to: 5 nodes of 4")]
    [InlineData("f: {kind: partition, groups: [[node-1], node-2], at: 1s}", "5:50: faults.f.groups[1]: unknown word `node-2`")]
    [InlineData("f: {kind: partition, groups: [rest, [node-1]], at: 1s}", "5:40: faults.f.groups[0]: `rest` stands before another group")]
    [InlineData("f: {kind: partition, groups: [{domain: rack-1}, [node-2]], at: 1s}", "5:59: faults.f.groups[1][0]: `node-2` stands in the groups twice")]
    [InlineData("f: {kind: partition, groups: [[node-1, node-2, coordinator, node-3, node-4], rest], at: 1s}",
        "5:39: faults.f.groups: the groups have every endpoint")]
    [InlineData("f: {kind: partition, groups: {bridge: node-9}, at: 1s}", "5:48: faults.f.groups.bridge: there is no node `node-9`")]
    [InlineData("f: {kind: partition, groups: {bridge: node-1, isolate: node-2}, at: 1s}", "5:39: faults.f.groups: partitions have one shape")]
    [InlineData("f: {kind: partition, groups: {random_halves: false}, at: 1s}", "5:55: faults.f.groups.random_halves: groups that are none")]
    [InlineData("f: {kind: partition, groups: [[node-1], [node-2], rest], direction: in, at: 1s}", "5:78: faults.f.direction: one direction between 3 groups")]
    [InlineData("f: {kind: churn, nodes: all, mean_time_to_failure: 1s}", "5:10: faults.f.mean_time_to_repair: missing key `mean_time_to_repair`")]
    [InlineData("f: {kind: churn, nodes: all, mean_time_to_failure: 1s, mean_time_to_repair: 1s, distribution: weibull}",
        "5:104: faults.f.distribution: a Weibull distribution without its `shape`")]
    [InlineData("f: {kind: churn, nodes: all, mean_time_to_failure: 1s, mean_time_to_repair: 1s, shape: 2}",
        "5:97: faults.f.shape: an exponential distribution has no shape")]
    [InlineData("f: {kind: trace, nodes: all, file: none.csv}", "5:45: faults.f.file: /data/none.csv cannot be read")]
    public void Mistakes_are_said_with_their_place(string fault, string expected) =>
        Some.Mistakes(Net + "faults: {" + fault + "}\n").ShouldContain(mistake => mistake.StartsWith("s.yaml:" + expected, StringComparison.Ordinal),
            string.Join('\n', Some.Mistakes(Net + "faults: {" + fault + "}\n")));

    [Theory]
    [InlineData("domains: {rack-1: [node-9]}", "there is no node `node-9`")]
    [InlineData("domains: {rack-1: [node-1, node-1]}", "`node-1` stands twice in the domain")]
    [InlineData("domains: {all: [node-1]}", "`all` cannot be the name of a domain")]
    [InlineData("domains: {rack-1: []}", "a list of 0 where at least 1 must be")]
    [InlineData("resident: {limit: 1KB, load: 1MB/s}", "1 KB of memory, and a layer of model `none` takes")]
    public void Mistakes_of_the_cluster_are_said(string cluster, string expected) =>
        Some.Mistakes("name: x\nmodel: none\nworkload: {requests: 5}\ncluster: {nodes: 2, " + cluster + "}\n")
            .ShouldContain(mistake => mistake.Contains(expected, StringComparison.Ordinal),
                string.Join('\n', Some.Mistakes("name: x\nmodel: none\nworkload: {requests: 5}\ncluster: {nodes: 2, " + cluster + "}\n")));

    [Fact]
    public void A_fault_that_a_condition_takes_away_cannot_be_followed_there() =>
        Some.Mistakes(Net + "faults: {a: {kind: crash, nodes: [node-1], at: 1s}, b: {kind: crash, nodes: [node-2], after: {fault: a}}}\n"
            + "conditions: {one: , two: {faults: {a: null}}}\n")
            .Single().ShouldContain("there is no fault `a` (condition `two`");

    [Theory]
    [InlineData("faults: {f: {kind: crash, nodes: {domain: rack-1}, at: 1ms}}", "4:65: cluster.domains.rack-2: no effect: no fault strikes this domain")]
    [InlineData("faults: {f: {kind: crash, nodes: {domain: all}, at: 1ms, every: 1h, for: 1ms}}", "faults.f.every: no effect: it strikes again at 3600.001 s")]
    [InlineData("faults: {f: {kind: crash, nodes: {domain: all}, at: 1ms, until: 2h}}", "faults.f.until: no effect: it ends at 7200 s")]
    public void What_does_nothing_is_warned_about(string text, string expected) =>
        Some.Warnings(Net.Replace("requests: 50", "requests: 50, deadline: 1s", StringComparison.Ordinal) + text + "\n")
            .ShouldContain(warning => warning.Contains(expected, StringComparison.Ordinal),
                string.Join('\n', Some.Warnings(Net.Replace("requests: 50", "requests: 50, deadline: 1s", StringComparison.Ordinal) + text + "\n")));

    [Theory]
    [InlineData("cluster: {nodes: 2, resident: {limit: 1GB, load: 1MB/s}}", "cluster.resident: no effect: all layers have room at once")]
    [InlineData("cluster: {nodes: 2, slow_start: {factor: 2, for: 1s}}", "cluster.slow_start: no effect: no node comes back here")]
    public void What_does_nothing_in_a_cluster_is_warned_about(string cluster, string expected) =>
        Some.Warnings("name: x\nmodel: none\nworkload: {requests: 5}\n" + cluster + "\n")
            .ShouldContain(warning => warning.Contains(expected, StringComparison.Ordinal));

    private static FaultSpec Fault(string text) => Some.Valid(Net + "faults: {f: " + text + "}\n").Conditions[0].Faults.Single();

    private static NodeSelector Nodes(string selector) => ((CrashFault)Fault($"{{kind: crash, nodes: {selector}, at: 1s}}")).Nodes;

    private static PartitionFault Groups(string groups) => (PartitionFault)Fault($"{{kind: partition, groups: {groups}, at: 1s}}");
}
