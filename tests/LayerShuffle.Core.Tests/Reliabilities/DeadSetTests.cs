using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Reliabilities;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Tests.Reliabilities;

/// <summary>Sets of dead nodes and domains are all there, and are as likely as they should be.</summary>
public sealed class DeadSetTests
{
    private static readonly Topology Three = new(["a", "b", "c"], [new FailureDomain("rack", ["a", "b"])]);

    [Fact]
    public void Every_set_of_three_nodes_is_there_with_its_product()
    {
        IReadOnlyList<DeadSet> sets = DeadSet.Of(new ReliabilitySpec([Node("a", 0.9), Node("b", 0.8), Node("c", 0.5)]), Three, SeedTree.Root(1));
        sets.Select(set => string.Join(' ', set.Down)).ShouldBe(["", "a", "b", "a b", "c", "a c", "b c", "a b c"]);
        sets.Select(set => set.NodesDown).ShouldBe([0, 1, 1, 2, 1, 2, 2, 3]);
        double[] products = [0.36, 0.04, 0.09, 0.01, 0.36, 0.04, 0.09, 0.01];
        for (int i = 0; i < sets.Count; i++)
            sets[i].Probability.ShouldBe(products[i], 1e-15);
    }

    [Fact]
    public void A_domain_takes_its_nodes_along()
    {
        IReadOnlyList<DeadSet> sets = DeadSet.Of(new ReliabilitySpec([new ReliabilityUnit("rack", true, 0.9), Node("b", 0.5), Node("c", 1)]), Three,
            SeedTree.Root(1));
        sets.Select(set => (string.Join(' ', set.Down), set.NodesDown)).ShouldBe([("", 0), ("rack", 2), ("b", 1), ("rack b", 2)]);
        sets[1].DeadNodes.ShouldBe([false, true, true, false]); // the coordinator, a, b, c
    }

    [Fact]
    public void A_layer_is_missing_only_where_all_its_copies_are_dead()
    {
        var cluster = new ClusterSpec([.. Three.Domains[0].Nodes.Append(3).Select(i => new NodeSpec(Three.Name(i), ComputeTimeSpec.Zero, 1, null))],
            PlacementSpec.RoundRobin);
        var placement = Placement.Compute(cluster, 3, 2); // layer i on nodes i and i + 1
        IReadOnlyList<DeadSet> sets = DeadSet.Of(new ReliabilitySpec([Node("a", 0.9), Node("b", 0.9), Node("c", 0.9)]), Three, SeedTree.Root(1));
        sets[1].Hosts(placement).ShouldBe([2, 2, 3]);
        sets[3].Hosts(placement).Count(host => host < 0).ShouldBe(1);
        sets[7].Hosts(placement).ShouldBe([-1, -1, -1]);
    }

    [Fact]
    public void Probabilities_sum_to_one_weighed_and_drawn()
    {
        foreach (int count in (int[])[1, 5, ReliabilitySpec.MostExact, ReliabilitySpec.MostExact + 1])
        {
            ReliabilityUnit[] units = [.. Enumerable.Range(1, count).Select(i => Node($"n{i}", 0.5 + (0.4 * i / count)))];
            var spec = new ReliabilitySpec(units);
            IReadOnlyList<DeadSet> sets = DeadSet.Of(spec, new Topology([.. units.Select(unit => unit.Name)]), SeedTree.Root(1));
            sets.Sum(set => set.Probability).ShouldBe(1, 1e-12);
            sets.Select(set => string.Join(' ', set.Down)).Distinct().Count().ShouldBe(sets.Count);
            spec.IsExact.ShouldBe(count <= ReliabilitySpec.MostExact);
            if (spec.IsExact)
                sets.Count.ShouldBe(1 << count);
        }
    }

    [Fact]
    public void Who_is_likelier_to_be_up_is_down_in_no_draw_in_which_the_other_one_is_not()
    {
        Topology many = new([.. Enumerable.Range(1, 13).Select(i => $"n{i}")]);
        double Down(double up) => DeadSet.Of(new ReliabilitySpec([.. Enumerable.Range(1, 13).Select(i => Node($"n{i}", i == 1 ? up : 0.9))]), many,
            SeedTree.Root(4)).Where(set => set.Down.Contains("n1")).Sum(set => set.Probability);
        Down(0.9).ShouldBe(0.1, 4 * Math.Sqrt(0.1 * 0.9 / ReliabilitySpec.Draws));
        Down(0.95).ShouldBeLessThan(Down(0.9));
    }

    private static ReliabilityUnit Node(string name, double up) => new(name, false, up);
}
